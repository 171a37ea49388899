using System.Runtime.CompilerServices;
using Gdws.Execution.Engine.Kernels;

namespace Gdws.Execution.Engine.Steps;

/// <summary>An <see cref="Epilogue"/> that knows where its maps lie.</summary>
internal sealed unsafe class EpilogueCode(
    Epilogue epilogue, IReadOnlyDictionary<MapValue, MapLayout> layouts, float* scale, float* shift)
{
    private readonly MapLayout? _main = epilogue.Main is null ? null : layouts[epilogue.Main];
    private readonly MapLayout? _residual = epilogue.Residual is null ? null : layouts[epilogue.Residual];
    private readonly MapLayout? _second = epilogue.Second is null ? null : layouts[epilogue.Second];

    /// <summary>The shape of the results.</summary>
    public MapLayout Shape => _main ?? _second!;

    /// <summary>Bytes that <see cref="Locate(int, int, int*, int)"/> writes.</summary>
    public static long PlacesBytes(int pixels) => 3L * pixels * sizeof(int);

    /// <summary>Writes down where a range of pixels lies in the three maps, in relation to each map's first pixel.</summary>
    /// <param name="start">The first pixel.</param>
    /// <param name="end">The pixel behind the last one.</param>
    /// <param name="places">Receives the places; each map has <paramref name="capacity"/> of them.</param>
    /// <param name="capacity">At least <paramref name="end"/> − <paramref name="start"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Locate(int start, int end, int* places, int capacity)
    {
        int i = 0;
        for (int pixel = start; pixel < end;)
        {
            PixelRun run = PixelRun.First(Shape, pixel, end);
            Locate(run, places + i, capacity);
            i += run.Count;
            pixel += run.Count;
        }
    }

    /// <summary>Writes down where neighbouring pixels lie.</summary>
    /// <param name="run">The pixels.</param>
    /// <param name="places">Receives the places in the first map; those in the second and third one lie <paramref name="capacity"/> on.</param>
    /// <param name="capacity">Places of each map.</param>
    public void Locate(PixelRun run, int* places, int capacity)
    {
        Locate(_main, run, places);
        Locate(_residual, run, places + capacity);
        Locate(_second, run, places + (2 * capacity));
    }

    /// <summary>The end for some channels; the pixels' places are still missing, see <see cref="MoveTo"/>.</summary>
    /// <param name="memory">The memory of all maps.</param>
    /// <param name="channel">The first channel; a multiple of the number of lanes.</param>
    /// <param name="lanes">Values in a vector.</param>
    public FinishRun Begin(float* memory, int channel, int lanes)
    {
        FinishRun end = new()
        {
            BeforeLow = epilogue.Before.Low,
            BeforeHigh = epilogue.Before.High,
            AfterLow = epilogue.After.Low,
            AfterHigh = epilogue.After.High,
            SecondLow = epilogue.SecondClamp.Low,
            SecondHigh = epilogue.SecondClamp.High,
        };
        int next = channel + lanes;
        if (_main is not null)
        {
            end.Main = memory + _main.Start + _main.Channel(channel);
            end.MainStep = (nint)(_main.Channel(next) - _main.Channel(channel));
        }

        if (_residual is not null)
        {
            end.Residual = memory + _residual.Start + _residual.Channel(channel);
            end.ResidualStep = (nint)(_residual.Channel(next) - _residual.Channel(channel));
        }

        if (_second is not null)
        {
            end.Second = memory + _second.Start + _second.Channel(channel);
            end.SecondStep = (nint)(_second.Channel(next) - _second.Channel(channel));
            end.Scale = scale + channel;
            end.Shift = shift + channel;
        }

        return end;
    }

    /// <summary>Lets the end begin at a pixel.</summary>
    /// <param name="end">The end.</param>
    /// <param name="places">What <see cref="Locate(int, int, int*, int)"/> wrote, moved to the pixel.</param>
    /// <param name="capacity">As for <see cref="Locate(int, int, int*, int)"/>.</param>
    public static void MoveTo(ref FinishRun end, int* places, int capacity)
    {
        end.MainAt = places;
        end.ResidualAt = places + capacity;
        end.SecondAt = places + (2 * capacity);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Locate(MapLayout? layout, PixelRun run, int* places)
    {
        if (layout is null)
            return;
        int first = checked((int)(layout.At(run.Image, run.Row, run.Column) - layout.Start));
        for (int i = 0; i < run.Count; i++)
            places[i] = first + (i * Kernel.Block);
    }
}
