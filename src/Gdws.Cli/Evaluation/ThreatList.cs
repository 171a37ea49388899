using System.CommandLine;
using System.CommandLine.Parsing;
using Gdws.Torch.Attacks;

namespace Gdws.Cli.Evaluation;

/// <summary>Several threat models, written as <c>linf:8/255,l2:0.5,l1:12</c>.</summary>
internal static class ThreatList
{
    public const string Name = "--threat";

    public static Option<IReadOnlyList<(Norm Norm, Fraction Epsilon)>?> Option(
        string description = "Several threat models for one evaluation, and their union (else for --attack union linf:8/255,l2:0.5,l1:12)") => new(Name)
        {
            Description = description,
            HelpName = "NORM:E,…",
            CustomParser = Parse,
        };

    /// <summary>What is usual for a norm.</summary>
    public static Fraction UsualEpsilon(Norm norm) => Fraction.Parse(norm switch { Norm.Linf => "8/255", Norm.L2 => "0.5", _ => "12" });

    private static List<(Norm Norm, Fraction Epsilon)>? Parse(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        List<(Norm Norm, Fraction Epsilon)> models = [];
        foreach (string part in text.Split(','))
        {
            string[] sides = part.Split(':');
            if (sides.Length != 2 || sides[0] is not ("linf" or "l2" or "l1") || !Fraction.TryParse(sides[1], out Fraction epsilon) || epsilon.Value <= 0)
            {
                result.AddError($"{Name} {text}: expected norms with their ε above 0, such as linf:8/255,l2:0.5,l1:12, found '{part}'");
                return null;
            }

            models.Add((ThreatModel.ParseNorm(sides[0]), epsilon));
        }

        if (models.DistinctBy(model => (model.Norm, model.Epsilon.Value)).Count() == models.Count)
            return models;
        result.AddError($"{Name} {text}: a threat model is there twice");
        return null;
    }
}
