using Gdws.Checkpoints;

namespace Gdws.Tests.Architectures;

/// <summary>What each design computes, written down from the papers and public implementations, apart from the code under test.</summary>
internal static class NaiveForward
{
    public static double[] PreActResNet(StateDict state, NaiveMap image, int[] blocks, bool bottleneck)
    {
        NaiveNetwork net = new(state);
        NaiveMap x = net.Conv("conv1", image, 1, 1);
        foreach ((string name, int stride) in Blocks(blocks))
        {
            NaiveMap a = net.Norm($"{name}.bn1", x).Relu();
            NaiveMap skip = net.Has($"{name}.shortcut.0.weight") ? net.Conv($"{name}.shortcut.0", a, stride, 0) : x;
            NaiveMap y;
            if (bottleneck)
            {
                y = net.Conv($"{name}.conv1", a, 1, 0);
                y = net.Conv($"{name}.conv2", net.Norm($"{name}.bn2", y).Relu(), stride, 1);
                y = net.Conv($"{name}.conv3", net.Norm($"{name}.bn3", y).Relu(), 1, 0);
            }
            else
            {
                y = net.Conv($"{name}.conv1", a, stride, 1);
                y = net.Conv($"{name}.conv2", net.Norm($"{name}.bn2", y).Relu(), 1, 1);
            }

            x = y + skip;
        }

        if (net.Has("bn.weight"))
            x = net.Norm("bn", x).Relu();
        return net.Linear("linear", x.AveragePool(4).Values);
    }

    public static double[] ResNet(StateDict state, NaiveMap image, int[] blocks, bool bottleneck, bool imageNet)
    {
        NaiveNetwork net = new(state);
        string projection = imageNet ? "downsample" : "shortcut";
        NaiveMap x = net.Norm("bn1", imageNet ? net.Conv("conv1", image, 2, 3) : net.Conv("conv1", image, 1, 1)).Relu();
        if (imageNet)
            x = x.MaxPool(3, 2, 1);
        foreach ((string name, int stride) in Blocks(blocks))
        {
            NaiveMap y;
            if (bottleneck)
            {
                y = net.Norm($"{name}.bn1", net.Conv($"{name}.conv1", x, 1, 0)).Relu();
                y = net.Norm($"{name}.bn2", net.Conv($"{name}.conv2", y, stride, 1)).Relu();
                y = net.Norm($"{name}.bn3", net.Conv($"{name}.conv3", y, 1, 0));
            }
            else
            {
                y = net.Norm($"{name}.bn1", net.Conv($"{name}.conv1", x, stride, 1)).Relu();
                y = net.Norm($"{name}.bn2", net.Conv($"{name}.conv2", y, 1, 1));
            }

            NaiveMap skip = net.Has($"{name}.{projection}.0.weight")
                ? net.Norm($"{name}.{projection}.1", net.Conv($"{name}.{projection}.0", x, stride, 0))
                : x;
            x = (y + skip).Relu();
        }

        return net.Linear(imageNet ? "fc" : "linear", x.AveragePool(imageNet ? x.Height : 4).Values);
    }

    /// <summary>Option A: the shortcut takes every second pixel and surrounds the channels by zeros.</summary>
    public static double[] CifarResNet(StateDict state, NaiveMap image, int blocks)
    {
        NaiveNetwork net = new(state);
        NaiveMap x = net.Norm("bn1", net.Conv("conv1", image, 1, 1)).Relu();
        foreach ((string name, int stride) in Blocks([blocks, blocks, blocks]))
        {
            NaiveMap y = net.Norm($"{name}.bn1", net.Conv($"{name}.conv1", x, stride, 1)).Relu();
            y = net.Norm($"{name}.bn2", net.Conv($"{name}.conv2", y, 1, 1));
            NaiveMap before = x;
            int added = y.Channels - x.Channels;
            NaiveMap skip = NaiveMap.Fill(y.Channels, y.Height, y.Width, (c, row, column) =>
                c < added / 2 || c >= (added / 2) + before.Channels ? 0 : before[c - (added / 2), row * stride, column * stride]);
            x = (y + skip).Relu();
        }

        return net.Linear("linear", x.AveragePool(x.Height).Values);
    }

    public static double[] WideResNet(StateDict state, NaiveMap image, int blocks)
    {
        NaiveNetwork net = new(state);
        NaiveMap x = net.Conv("conv1", image, 1, 1);
        for (int stage = 1; stage <= 3; stage++)
        {
            for (int i = 0; i < blocks; i++)
            {
                string name = $"block{stage}.layer.{i}";
                int stride = i == 0 && stage > 1 ? 2 : 1;
                bool equal = !net.Has($"{name}.convShortcut.weight");
                NaiveMap a = net.Norm($"{name}.bn1", x).Relu();
                NaiveMap y = net.Norm($"{name}.bn2", net.Conv($"{name}.conv1", a, stride, 1)).Relu();
                x = net.Conv($"{name}.conv2", y, 1, 1) + (equal ? x : net.Conv($"{name}.convShortcut", a, stride, 0));
            }
        }

        return net.Linear("fc", net.Norm("bn1", x).Relu().AveragePool(8).Values);
    }

    /// <summary>The sequence of a VGG network, layer by layer: a number is a convolution with its normalisation, M a pooling.</summary>
    public static double[] Vgg(StateDict state, NaiveMap image, string sequence, bool norm, params string[] head)
    {
        NaiveNetwork net = new(state);
        NaiveMap x = image;
        int index = 0;
        foreach (char layer in sequence)
        {
            if (layer == 'M')
            {
                x = x.MaxPool(2, 2, 0);
                index++;
                continue;
            }

            x = net.Conv($"features.{index}", x, 1, 1);
            x = (norm ? net.Norm($"features.{index + 1}", x) : x).Relu();
            index += norm ? 3 : 2;
        }

        double[] values = x.Values;
        foreach (string layer in head[..^1])
            values = net.LinearRelu(layer, values);
        return net.Linear(head[^1], values);
    }

    private static IEnumerable<(string Name, int Stride)> Blocks(int[] blocks) =>
        from stage in Enumerable.Range(1, blocks.Length)
        from block in Enumerable.Range(0, blocks[stage - 1])
        select ($"layer{stage}.{block}", block == 0 && stage > 1 ? 2 : 1);
}
