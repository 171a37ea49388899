namespace Gdws.Cli.Evaluation;

/// <summary>The files that an evaluation keeps; null where one isn't asked for.</summary>
/// <param name="Outcomes">What was found out image by image.</param>
/// <param name="Resumes">Whether it goes on where that file ends.</param>
/// <param name="Adversarial">The adversarial images.</param>
/// <param name="RobustBench">The results in RobustBench's fields.</param>
internal sealed record LongRunPaths(string? Outcomes, bool Resumes, string? Adversarial, string? RobustBench);
