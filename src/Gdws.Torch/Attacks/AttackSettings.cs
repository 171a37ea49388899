namespace Gdws.Torch.Attacks;

/// <summary>Refuses settings that no attack can work with.</summary>
internal static class AttackSettings
{
    public static int AtLeastOne(int value, string what) =>
        value >= 1 ? value : throw new GdwsException($"the attack's {what} must be at least 1, found {value}");

    /// <summary>Refuses networks with too few classes for the losses; better before a long run than in the middle.</summary>
    public static void RequireClasses(IAttack attack, TorchNetwork network)
    {
        int least = attack switch
        {
            ApgdAttack apgd => apgd.Loss switch { ApgdLoss.CrossEntropy => 1, ApgdLoss.Dlr => 3, _ => 4 },
            FabAttack => 2,
            _ => 1,
        };
        if (network.Classes < least)
        {
            throw new GdwsException(
                $"{network.Source}: the attack {attack.Name} compares {least} logits, but the network tells only {network.Classes} classes apart; use pgd, apgd-ce, fab-t or square");
        }

        if (attack is AutoAttack whole)
        {
            foreach (IAttack part in whole.Attacks)
                RequireClasses(part, network);
        }
    }
}
