using System.Runtime.InteropServices;
using Gdws.Torch.Operators;

namespace Gdws.Torch;

/// <summary>The steps of a network in order. Values live in numbered slots; a value is freed right after the last step that reads it.</summary>
internal sealed class TorchProgram : IDisposable
{
    private readonly Step[] _steps;
    private readonly Tensor?[] _constants;
    private readonly int _input;
    private readonly int _output;
    private readonly IReadOnlyCollection<Tensor> _owned;

    public TorchProgram(Step[] steps, Tensor?[] constants, int input, int output, IReadOnlyDictionary<string, Tensor> names, IReadOnlyDictionary<string, int> slots, IReadOnlyCollection<Tensor> owned)
    {
        _steps = steps;
        _constants = constants;
        _input = input;
        _output = output;
        _owned = owned;
        Constants = names;
        Slots = slots;
    }

    public IReadOnlyDictionary<string, Tensor> Constants { get; }

    /// <summary>The slot of every value, by its name in the graph.</summary>
    public IReadOnlyDictionary<string, int> Slots { get; }

    public ReadOnlySpan<Step> Steps => _steps;

    public ReadOnlySpan<Tensor?> SlotConstants => _constants;

    public int Input => _input;

    public int Output => _output;

    /// <summary>Lets the steps read another tensor in place of a constant from now on; both stay the callers'.</summary>
    public void Exchange(string constant, Tensor tensor) => _constants[Slots[constant]] = tensor;

    public Tensor Run(Tensor images, Action<string, Tensor>? observe)
    {
        Tensor?[] values = [.. _constants];
        values[_input] = images;
        int done = 0;
        try
        {
            for (; done < _steps.Length; done++)
            {
                Step step = _steps[done];
                values[step.Output] = step.Run(values);
                observe?.Invoke(step.Value, values[step.Output]!);
                foreach (int slot in step.Freed)
                {
                    values[slot]!.Dispose();
                    values[slot] = null;
                }
            }

            bool isOwn = _output != _input && _constants[_output] is null;
            return isOwn ? values[_output]! : values[_output]!.alias();
        }
        catch (Exception exception)
        {
            for (int i = 0; i < values.Length; i++)
            {
                if (i != _input && _constants[i] is null)
                    values[i]?.Dispose();
            }

            if (exception is ExternalException or ArgumentException && done < _steps.Length)
                throw _steps[done].Node.Error(FirstLine(exception));
            throw;
        }
    }

    /// <summary>The sentence of a libtorch error; where it was thrown in libtorch's sources follows on further lines.</summary>
    public static string FirstLine(Exception exception) => exception.Message.ReplaceLineEndings("\n").Split('\n')[0];

    public void Dispose()
    {
        foreach (Tensor tensor in _owned)
            tensor.Dispose();
    }

    /// <summary>One node's output.</summary>
    /// <param name="Node">The node, for messages.</param>
    /// <param name="Value">The name of the output.</param>
    /// <param name="Operator">Computes it.</param>
    /// <param name="Inputs">The slots that it reads, −1 for an absent input.</param>
    /// <param name="Output">The slot that it fills.</param>
    internal sealed record Step(NodeContext Node, string Value, TorchOperator Operator, int[] Inputs, int Output)
    {
        /// <summary>The slots that no later step reads.</summary>
        public int[] Freed { get; set; } = [];

        public Tensor Run(Tensor?[] values)
        {
            Tensor?[] inputs = new Tensor?[Inputs.Length];
            for (int i = 0; i < inputs.Length; i++)
                inputs[i] = Inputs[i] < 0 ? null : values[Inputs[i]];
            return Operator(inputs);
        }
    }
}
