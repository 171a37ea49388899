namespace Gdws.Torch.Evaluation;

/// <summary>How one image fared under one attack.</summary>
/// <param name="Robust">Whether the network has it right in spite of the attack.</param>
/// <param name="Runs">
/// What the attack consists of, in its order, as far as the image was attacked: nothing where it was wrong anyway (unless the attack's <see cref="Attacks.IAttack.AttacksWrong"/>), the attack itself, or for an
/// <see cref="Attacks.AutoAttack"/> its attacks up to the one that broke the image.
/// </param>
public sealed record AttackOutcome(bool Robust, IReadOnlyList<RunOutcome> Runs);
