using Gdws.Benchmarks;

return args switch
{
    ["spectra"] => SpectraBenchmark.Run(),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("Usage: Gdws.Benchmarks spectra");
    return 2;
}
