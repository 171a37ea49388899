using Gdws.Onnx;
using Gdws.Onnx.Schema;
using DataType = Gdws.Onnx.Schema.TensorProto.Types.DataType;

namespace Gdws.Torch.Training;

/// <summary>
/// What the constants of a network are for: weights that training changes, statistics that batch normalisation learns, and all others (the normalisation of
/// images, shapes, bounds), which stay. An exporter may leave nodes between an initializer and the layer that reads it (a transposition, say); what these
/// make is a variable too.
/// </summary>
internal sealed class WeightRoles
{
    private static readonly string[] Layers = ["Conv", "Gemm", "MatMul", "ConvTranspose"];

    private readonly OnnxModel _model;
    private readonly HashSet<string> _ofImages;
    private readonly List<string> _weights = [];
    private readonly List<string> _statistics = [];
    private readonly HashSet<string> _variables = new(StringComparer.Ordinal);

    public WeightRoles(OnnxModel model)
    {
        _model = model;
        _ofImages = new HashSet<string>(model.Inputs.Select(input => input.Name), StringComparer.Ordinal);
        foreach (NodeProto node in model.Nodes.Where(node => node.Input.Any(_ofImages.Contains)))
            _ofImages.UnionWith(node.Output);
        foreach (NodeProto node in model.Nodes.Where(node => node.Output.Any(_ofImages.Contains)))
            Visit(node);
    }

    /// <summary>The constants that training changes, in the order of their first use.</summary>
    public IReadOnlyList<string> Weights => _weights;

    /// <summary>Means and variances of batch normalisation.</summary>
    public IReadOnlyList<string> Statistics => _statistics;

    /// <summary>Values computed of weights.</summary>
    public IReadOnlySet<string> Variables => _variables;

    private void Visit(NodeProto node)
    {
        switch (node.OpType)
        {
            case "Conv" or "Gemm" or "MatMul":
                Trace(node, 0, 1, 2);
                break;
            case "PRelu":
                Trace(node, 1);
                break;
            case "BatchNormalization":
                Trace(node, 1, 2);
                foreach (string name in node.Input.Skip(3).Where(name => !_statistics.Contains(name) && _model.Constant(name) is not null))
                    _statistics.Add(name);
                break;
            case "Add" when node.Input.Any(name => _model.Producer(name) is { } maker && Layers.Contains(maker.OpType)):
                // A bias of its own, behind the product of matrices.
                Trace(node, 0, 1);
                break;
        }
    }

    private void Trace(NodeProto node, params int[] inputs)
    {
        foreach (int input in inputs.Where(input => input < node.Input.Count && node.Input[input].Length > 0))
            Trace(node.Input[input]);
    }

    private void Trace(string name)
    {
        if (_ofImages.Contains(name) || _weights.Contains(name) || _variables.Contains(name))
            return;
        if (_model.Constant(name) is { } tensor)
        {
            if ((DataType)tensor.DataType is DataType.Float or DataType.Float16 or DataType.Bfloat16 or DataType.Double)
                _weights.Add(name);
            return;
        }

        if (_model.Producer(name) is not { } maker)
            return;
        _variables.UnionWith(maker.Output);
        foreach (string input in maker.Input.Where(input => input.Length > 0))
            Trace(input);
    }
}
