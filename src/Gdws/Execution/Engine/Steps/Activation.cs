namespace Gdws.Execution.Engine.Steps;

/// <summary>A function of single values with its parameters.</summary>
/// <param name="Kind">The function.</param>
/// <param name="Alpha">Its first parameter, where it has any.</param>
/// <param name="Beta">Its second parameter.</param>
internal sealed record Activation(ActivationKind Kind, float Alpha = 0, float Beta = 0)
{
    public void Apply(ReadOnlySpan<float> from, Span<float> to)
    {
        for (int i = 0; i < from.Length; i++)
        {
            float x = from[i];
            to[i] = Kind switch
            {
                ActivationKind.LeakyRelu => x < 0 ? Alpha * x : x,
                ActivationKind.Elu => x < 0 ? Alpha * (MathF.Exp(x) - 1) : x,
                ActivationKind.Sigmoid => 1 / (1 + MathF.Exp(-x)),
                ActivationKind.HardSigmoid => Math.Clamp((Alpha * x) + Beta, 0, 1),
                ActivationKind.HardSwish => x * Math.Clamp((x / 6) + 0.5f, 0, 1),
                ActivationKind.Tanh => MathF.Tanh(x),
                ActivationKind.Exp => MathF.Exp(x),
                ActivationKind.Sqrt => MathF.Sqrt(x),
                _ => throw new InvalidOperationException($"{Kind} has no code"),
            };
        }
    }
}
