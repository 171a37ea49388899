namespace Gdws.Torch.Evaluation;

/// <summary>A reason to doubt an evaluation's figures.</summary>
/// <param name="Id">Names the kind, e.g. <c>zero-gradients</c>; it doesn't change between versions.</param>
/// <param name="Message">What was found, and what to do: one line.</param>
public sealed record EvaluationWarning(string Id, string Message);
