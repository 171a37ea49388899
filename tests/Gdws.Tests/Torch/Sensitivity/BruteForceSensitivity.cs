using Gdws.Data;
using Gdws.Onnx;
using Gdws.Torch;
using TorchSharp;
using Tensor = TorchSharp.torch.Tensor;

namespace Gdws.Tests.Torch.Sensitivity;

/// <summary>Equation (8) as it stands: one image, one class difference and one explicit weight gradient after the other.</summary>
internal static class BruteForceSensitivity
{
    public static Dictionary<string, double[]> Of(OnnxModel model, IImageDataset images, int? competing = null)
    {
        using TorchNetwork network = new(model, options: new() { FoldBatchNormalization = false, DoublePrecision = true });
        ConvolutionLayer[] layers = [.. model.Convolutions.Where(layer => layer.Kind == ConvolutionKind.Dense)];
        Tensor[] weights = [.. layers.Select(layer => network.Constants[layer.WeightName].requires_grad_())];
        Dictionary<string, double[]> alpha = layers.ToDictionary(layer => layer.Name, layer => new double[layer.Inputs]);
        for (int index = 0; index < images.Count; index++)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            float[] pixels = new float[images.ImageLength()];
            images.CopyImage(index, pixels);
            Tensor y = network.Forward(TorchNetworks.Images(network, pixels, 1))[0];
            double[] logits = [.. y.detach().data<double>()];
            int[] order = [.. Enumerable.Range(0, logits.Length).OrderByDescending(label => logits[label])];
            foreach (int other in order.Skip(1).Take(competing ?? logits.Length))
            {
                Tensor margin = y[order[0]] - y[other];
                double squared = Math.Pow(margin.item<double>(), 2);
                Tensor[] gradients = [.. torch.autograd.grad([margin], weights, retain_graph: true)];
                for (int i = 0; i < layers.Length; i++)
                {
                    double share = 1.0 / (2 * squared * layers[i].Outputs * layers[i].KernelHeight * layers[i].KernelWidth * images.Count);
                    double[] norms = [.. gradients[i].square().sum([0, 2, 3]).data<double>()];
                    for (int channel = 0; channel < norms.Length; channel++)
                        alpha[layers[i].Name][channel] += share * norms[channel];
                }
            }
        }

        return alpha;
    }
}
