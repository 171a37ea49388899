namespace Gdws.Tests.Execution.Engine;

/// <summary>A convolution by its definition, in double precision.</summary>
internal sealed record NaiveConvolution(
    int Inputs, int Outputs, int Height, int Width, int KernelHeight, int KernelWidth, int Stride, int Dilation, int[] Pads, int Groups)
{
    public int OutputHeight => ((Height + Pads[0] + Pads[2] - (Dilation * (KernelHeight - 1)) - 1) / Stride) + 1;

    public int OutputWidth => ((Width + Pads[1] + Pads[3] - (Dilation * (KernelWidth - 1)) - 1) / Stride) + 1;

    public float[] Run(ReadOnlySpan<float> images, int batch, float[] weights, float[] bias)
    {
        float[] result = new float[batch * Outputs * OutputHeight * OutputWidth];
        int i = 0;
        for (int n = 0; n < batch; n++)
        {
            for (int m = 0; m < Outputs; m++)
            {
                for (int y = 0; y < OutputHeight; y++)
                {
                    for (int x = 0; x < OutputWidth; x++)
                        result[i++] = (float)(bias[m] + Pixel(images[(n * Inputs * Height * Width)..], weights, m, y, x));
                }
            }
        }

        return result;
    }

    private double Pixel(ReadOnlySpan<float> image, float[] weights, int m, int y, int x)
    {
        int inputsPerGroup = Inputs / Groups, group = m / (Outputs / Groups);
        double sum = 0;
        for (int c = 0; c < inputsPerGroup; c++)
        {
            for (int ky = 0; ky < KernelHeight; ky++)
            {
                for (int kx = 0; kx < KernelWidth; kx++)
                {
                    int row = (y * Stride) + (ky * Dilation) - Pads[0], column = (x * Stride) + (kx * Dilation) - Pads[1];
                    if (row < 0 || row >= Height || column < 0 || column >= Width)
                        continue;
                    int channel = (group * inputsPerGroup) + c;
                    sum += (double)image[(((channel * Height) + row) * Width) + column]
                        * weights[(((((m * inputsPerGroup) + c) * KernelHeight) + ky) * KernelWidth) + kx];
                }
            }
        }

        return sum;
    }
}
