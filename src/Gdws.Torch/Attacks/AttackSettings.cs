namespace Gdws.Torch.Attacks;

/// <summary>Refuses settings that no attack can work with.</summary>
internal static class AttackSettings
{
    public static int AtLeastOne(int value, string what) =>
        value >= 1 ? value : throw new GdwsException($"the attack's {what} must be at least 1, found {value}");

    public static void RequireClasses(IAttack attack, TorchNetwork network, int least)
    {
        if (network.Classes < least)
        {
            throw new GdwsException(
                $"{network.Source}: the attack {attack.Name} compares the largest {least} logits, but the network tells only {network.Classes} classes apart; use pgd, apgd-ce, fab-t or square");
        }
    }
}
