using Gdws.Benchmarks;

return args switch
{
    ["spectra"] => SpectraBenchmark.Run(),
    ["sensitivity", string network, string data] => SensitivityBenchmark.Run(network, data, 64),
    ["sensitivity", string network, string data, string images] when int.TryParse(images, out int count) => SensitivityBenchmark.Run(network, data, count),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("Usage: Gdws.Benchmarks spectra | sensitivity NET.onnx KIND:PATH [IMAGES]");
    return 2;
}
