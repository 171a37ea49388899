using Gdws.Torch.Attacks;

namespace Gdws.Torch.Training;

/// <summary>The attack inside adversarial training: all images take all steps, and the last iterate counts.</summary>
internal static class InnerMaximization
{
    /// <summary>Climbs a loss.</summary>
    /// <param name="network">The network as it is in use.</param>
    /// <param name="ball">What is allowed.</param>
    /// <param name="start">Where to start, inside.</param>
    /// <param name="iterations">How many steps.</param>
    /// <param name="step">Their length.</param>
    /// <param name="loss">Logits to the sum of the images' losses.</param>
    public static Tensor Climb(TorchNetwork network, Ball ball, Tensor start, int iterations, double step, Func<Tensor, Tensor> loss)
    {
        Tensor x = start.alias();
        for (int i = 0; i < iterations; i++)
        {
            using Tensor gradient = Gradient(network, x, loss);
            TensorRows.Replace(ref x, ball.Walk(x, gradient, step));
        }

        return x;
    }

    public static Tensor Gradient(TorchNetwork network, Tensor x, Func<Tensor, Tensor> loss)
    {
        using IDisposable gradients = torch.enable_grad();
        using Tensor input = x.detach().requires_grad_();
        using Tensor logits = network.Forward(input);
        using Tensor value = loss(logits);
        return torch.autograd.grad([value], [input])[0];
    }
}
