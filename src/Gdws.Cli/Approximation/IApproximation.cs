using Gdws.Planning;

namespace Gdws.Cli.Approximation;

/// <summary>A way to approximate one network, prepared so that several budgets can be tried without beginning anew.</summary>
internal interface IApproximation : IDisposable
{
    /// <summary>Approximates the network within a budget.</summary>
    /// <exception cref="GdwsException">The budget can't be met.</exception>
    Approximated Within(Budget budget, CancellationToken cancellation);

    /// <summary>The largest speed-up in MACs that a budget may ask for.</summary>
    double MostSpeedup(int roundTo);
}
