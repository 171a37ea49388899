using System.Runtime.InteropServices;
using Gdws.Onnx;
using Gdws.Onnx.Schema;
using Gdws.Torch.Operators;

namespace Gdws.Torch;

/// <summary>Turns a model into a <see cref="TorchProgram"/>: computes what is constant, names slots, finds where values end.</summary>
internal sealed class TorchProgramBuilder
{
    private const int OldestOpset = 7;

    private readonly OnnxModel _model;
    private readonly torch.Device _device;
    private readonly ScalarType _precision;
    private readonly TorchNetworkOptions _options;
    private readonly long _batch;
    private readonly Dictionary<string, Tensor> _constants = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _slots = new(StringComparer.Ordinal);
    private readonly List<Tensor?> _slotConstants = [];
    private readonly List<Tensor> _owned = [];
    private readonly List<TorchProgram.Step> _steps = [];

    private TorchProgramBuilder(OnnxModel model, torch.Device device, ScalarType precision, TorchNetworkOptions options, long batch)
    {
        _model = model;
        _device = device;
        _precision = precision;
        _options = options;
        _batch = batch;
    }

    public static TorchProgram Build(OnnxModel model, torch.Device device, ScalarType precision, TorchNetworkOptions options, long batch)
    {
        TorchProgramBuilder builder = new(model, device, precision, options, batch);
        try
        {
            return builder.Build();
        }
        catch
        {
            foreach (Tensor tensor in builder._owned)
                tensor.Dispose();
            throw;
        }
    }

    private TorchProgram Build()
    {
        if (_model.Opset < OldestOpset)
            throw new GdwsException($"{_model.Source}: opset {_model.Opset} is too old, expected {OldestOpset} or newer");

        HashSet<string> needed = NeededValues();
        int input = NewSlot(_model.Inputs[0].Name, null);
        HashSet<string> skipped = _options.SkipFinalSoftmax ? FinalSoftmax.Find(_model) : [];
        foreach (NodeProto node in _model.Nodes)
        {
            for (int i = 0; i < node.Output.Count; i++)
            {
                if (!needed.Contains(node.Output[i]))
                    continue;
                if (i == 0 && node.Domain is "" or "ai.onnx" && (OperatorTable.PassesOn(_model, node) || skipped.Contains(node.Output[0])))
                    PassOn(node);
                else
                    Add(node, i);
            }
        }

        if (_options.FoldBatchNormalization)
        {
            BatchNormalizationFolding.Apply(_steps, _slotConstants, Keep, SlotOf(_model.Graph.Output[0].Name));
            if (_device.type == DeviceType.CPU && _precision == ScalarType.Float32)
                ChannelsLast.Apply(_steps, _slotConstants, Keep);
        }

        int output = SlotOf(_model.Graph.Output[0].Name);
        MarkLastUses(input, output);
        return new TorchProgram([.. _steps], [.. _slotConstants], input, output, _constants, _slots, _owned);
    }

    /// <summary>The values that the output depends on; others (masks, auxiliary heads) aren't computed.</summary>
    private HashSet<string> NeededValues()
    {
        HashSet<string> needed = new(StringComparer.Ordinal) { _model.Graph.Output[0].Name };
        foreach (NodeProto node in _model.Nodes.Reverse())
        {
            if (node.Output.Any(needed.Contains))
                needed.UnionWith(node.Input.Where(name => name.Length > 0));
        }

        return needed;
    }

    private void PassOn(NodeProto node)
    {
        string source = node.Input.Count > 0 ? node.Input[0] : "";
        if (source.Length == 0)
            throw Context(node, 0).Error("has no input");
        Resolve(source, node);
        _slots[node.Output[0]] = _slots[source];
        if (_constants.TryGetValue(source, out Tensor? constant))
            _constants[node.Output[0]] = constant;
    }

    private void Add(NodeProto node, int output)
    {
        foreach (string name in node.Input.Where(name => name.Length > 0))
            Resolve(name, node);

        NodeContext context = Context(node, output);
        TorchOperator operation = OperatorTable.Build(context);
        bool isConstant = node.Input.All(name => name.Length == 0 || _constants.ContainsKey(name))
            && _options.Variables?.Contains(node.Output[output]) != true
            && !RandomValues.AreDrawnBy(_model, node);
        if (isConstant)
        {
            Tensor value = Compute(context, operation);
            _constants[node.Output[output]] = value;
            NewSlot(node.Output[output], value);
            return;
        }

        int[] inputs = [.. node.Input.Select(name => name.Length == 0 ? -1 : _slots[name])];
        _steps.Add(new TorchProgram.Step(context, node.Output[output], operation, inputs, NewSlot(node.Output[output], null)));
    }

    private Tensor Compute(NodeContext context, TorchOperator operation)
    {
        try
        {
            return Keep(operation([.. context.Node.Input.Select(name => name.Length == 0 ? null : _constants[name])]));
        }
        catch (Exception exception) when (exception is ExternalException or ArgumentException)
        {
            throw context.Error(TorchProgram.FirstLine(exception));
        }
    }

    /// <summary>Gives an initializer its slot when it is first read.</summary>
    private void Resolve(string name, NodeProto reader)
    {
        if (_slots.ContainsKey(name))
            return;
        TensorProto proto = _model.Constant(name) ?? throw Context(reader, 0).Error($"its input {name} is unknown");
        Tensor value;
        try
        {
            value = Keep(Constants.ToTensor(proto, _device, _precision));
        }
        catch (GdwsException exception)
        {
            throw Context(reader, 0).Error(exception.Message);
        }

        _constants[name] = value;
        NewSlot(name, value);
    }

    private void MarkLastUses(int input, int output)
    {
        HashSet<int> seen = [input, output, -1];
        seen.UnionWith(Enumerable.Range(0, _slotConstants.Count).Where(slot => _slotConstants[slot] is not null));
        for (int i = _steps.Count - 1; i >= 0; i--)
            _steps[i].Freed = [.. _steps[i].Inputs.Append(_steps[i].Output).Where(seen.Add)];
    }

    private int NewSlot(string name, Tensor? constant)
    {
        _slots[name] = _slotConstants.Count;
        _slotConstants.Add(constant);
        return _slotConstants.Count - 1;
    }

    private int SlotOf(string name)
    {
        if (!_slots.TryGetValue(name, out int slot))
            throw new GdwsException($"{_model.Source}: nothing makes the output {name}");
        return slot;
    }

    private Tensor Keep(Tensor tensor)
    {
        tensor.DetachFromDisposeScope();
        _owned.Add(tensor);
        return tensor;
    }

    private NodeContext Context(NodeProto node, int output) =>
        new(_model, node, output, _constants, _device, _precision) { BakedBatch = _batch, Owned = _owned, Training = _options.Training, Seed = _options.Seed };
}
