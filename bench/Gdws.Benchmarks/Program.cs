using Gdws.Benchmarks;

return args switch
{
    ["ablation", .. string[] rest] => Ablation.Run(rest),
    ["spectra"] => SpectraBenchmark.Run(),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine($"Usage: Gdws.Benchmarks spectra\n       Gdws.Benchmarks {AblationOptions.Usage}");
    return 2;
}
