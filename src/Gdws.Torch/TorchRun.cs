using System.Runtime.InteropServices;

namespace Gdws.Torch;

/// <summary>
/// One batch's way through a network, on demand: a step runs when a value that depends on it is asked for, at most once, and a value is freed when all steps
/// that read it have run. So a run can be halted anywhere for as long as needed, and weights behind the halting place may still change.
/// </summary>
internal sealed class TorchRun : IDisposable
{
    private readonly TorchProgram _program;
    private readonly Tensor?[] _values;
    private readonly int[] _makers;
    private readonly int[] _readers;
    private readonly bool[] _done;
    private readonly HashSet<int> _kept = [];

    public TorchRun(TorchProgram program, Tensor images)
    {
        _program = program;
        _values = program.SlotConstants.ToArray();
        _values[program.Input] = images;
        _makers = new int[_values.Length];
        _readers = new int[_values.Length];
        _done = new bool[program.Steps.Length];
        Array.Fill(_makers, -1);
        for (int i = 0; i < _done.Length; i++)
        {
            _makers[program.Steps[i].Output] = i;
            foreach (int slot in program.Steps[i].Inputs.Where(slot => slot >= 0).Distinct())
                _readers[slot]++;
        }
    }

    /// <summary>The network's output.</summary>
    public Tensor Output => Value(_program.Output);

    /// <summary>A value that must not have been freed yet; it belongs to the run.</summary>
    /// <param name="name">Its name in the graph.</param>
    /// <exception cref="GdwsException">The network makes no such value, or all that read it have run.</exception>
    public Tensor Value(string name) =>
        _program.Slots.TryGetValue(name, out int slot) ? Value(slot) : throw new GdwsException($"the network has no value {name} that its output depends on");

    /// <summary>Keeps a value until the run's end, whoever reads it.</summary>
    /// <param name="name">Its name in the graph.</param>
    public void Keep(string name)
    {
        if (_program.Slots.TryGetValue(name, out int slot))
            _kept.Add(slot);
    }

    /// <summary>Bytes that the run's own values take.</summary>
    public long Bytes => Enumerable.Range(0, _values.Length).Where(slot => _makers[slot] >= 0 && _values[slot] is not null)
        .Sum(slot => _values[slot]!.numel() * _values[slot]!.element_size());

    /// <summary>A run that goes on from here by itself; the images and the values so far are shared.</summary>
    public TorchRun Fork()
    {
        TorchRun fork = new(_program, _values[_program.Input]!);
        for (int slot = 0; slot < _values.Length; slot++)
        {
            if (_makers[slot] >= 0)
                fork._values[slot] = _values[slot]?.alias().DetachFromDisposeScope();
        }

        _readers.CopyTo(fork._readers, 0);
        _done.CopyTo(fork._done, 0);
        fork._kept.UnionWith(_kept);
        return fork;
    }

    /// <summary>Gives a value that wasn't computed yet.</summary>
    /// <param name="name">Its name in the graph.</param>
    /// <param name="value">The value; belongs to the run from now on.</param>
    public void Replace(string name, Tensor value)
    {
        int slot = _program.Slots[name];
        int maker = _makers[slot];
        if (maker < 0 || _done[maker])
            throw new GdwsException($"the value {name} is there already");
        value.DetachFromDisposeScope();
        _values[slot] = value;
        Finish(_program.Steps[maker], maker);
    }

    public void Dispose()
    {
        for (int slot = 0; slot < _values.Length; slot++)
        {
            if (_makers[slot] >= 0)
                _values[slot]?.Dispose();
        }
    }

    private Tensor Value(int wanted)
    {
        if (_values[wanted] is { } known)
            return known;

        // Depth first without recursion: networks of a thousand layers exist.
        Stack<int> pending = new([wanted]);
        while (pending.TryPeek(out int slot))
        {
            int maker = _makers[slot];
            if (maker < 0 || _done[maker])
            {
                if (_values[slot] is null)
                    throw new GdwsException($"the value in slot {slot} was freed before it was asked for");
                pending.Pop();
                continue;
            }

            TorchProgram.Step step = _program.Steps[maker];
            bool ready = true;
            foreach (int input in step.Inputs)
            {
                if (input >= 0 && _values[input] is null)
                {
                    pending.Push(input);
                    ready = false;
                }
            }

            if (ready)
            {
                pending.Pop();
                Execute(step, maker);
            }
        }

        return _values[wanted]!;
    }

    private void Execute(TorchProgram.Step step, int index)
    {
        try
        {
            Tensor value = step.Run(_values);
            value.DetachFromDisposeScope();
            _values[step.Output] = value;
        }
        catch (Exception exception) when (exception is ExternalException or ArgumentException)
        {
            throw step.Node.Error(TorchProgram.FirstLine(exception));
        }

        Finish(step, index);
    }

    /// <summary>Frees what only that step had still to read.</summary>
    private void Finish(TorchProgram.Step step, int index)
    {
        _done[index] = true;
        foreach (int slot in step.Inputs.Where(slot => slot >= 0).Distinct())
        {
            if (--_readers[slot] > 0 || _makers[slot] < 0 || slot == _program.Output || _kept.Contains(slot))
                continue;
            _values[slot]?.Dispose();
            _values[slot] = null;
        }
    }
}
