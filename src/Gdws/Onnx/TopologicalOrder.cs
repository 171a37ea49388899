using Gdws.Onnx.Schema;

namespace Gdws.Onnx;

/// <summary>Orders the nodes of a graph so that every node comes after those it reads from.</summary>
internal static class TopologicalOrder
{
    /// <summary>The order; nodes that are already in order keep it.</summary>
    /// <exception cref="InvalidFileException">The graph has a cycle, or a node reads a value that nobody makes.</exception>
    public static IReadOnlyList<NodeProto> Of(OnnxModel model)
    {
        GraphProto graph = model.Graph;
        HashSet<string> given = new(StringComparer.Ordinal) { "" };
        given.UnionWith(graph.Input.Select(i => i.Name));
        given.UnionWith(graph.Initializer.Select(i => i.Name));

        Dictionary<NodeProto, int> waiting = new(ReferenceEqualityComparer.Instance);
        PriorityQueue<NodeProto, int> ready = new();
        Dictionary<NodeProto, int> position = new(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < graph.Node.Count; i++)
        {
            NodeProto node = graph.Node[i];
            position[node] = i;
            string[] reads = [.. Reads(node).Where(name => !given.Contains(name)).Distinct()];
            foreach (string name in reads)
            {
                if (model.Producer(name) is null)
                    throw new InvalidFileException(model.Source, $"{node.Describe()} reads the value {name}, which no node makes");
            }

            waiting[node] = reads.Length;
            if (reads.Length == 0)
                ready.Enqueue(node, i);
        }

        Dictionary<string, List<NodeProto>> readers = new(StringComparer.Ordinal);
        foreach (NodeProto node in graph.Node)
        {
            foreach (string name in Reads(node).Where(name => !given.Contains(name)).Distinct())
            {
                if (!readers.TryGetValue(name, out List<NodeProto>? list))
                    readers[name] = list = [];
                list.Add(node);
            }
        }

        List<NodeProto> order = new(graph.Node.Count);
        while (ready.TryDequeue(out NodeProto? node, out _))
        {
            order.Add(node);
            foreach (string output in node.Output.Where(o => o.Length > 0 && !given.Contains(o)))
            {
                foreach (NodeProto reader in readers.GetValueOrDefault(output) ?? [])
                {
                    if (--waiting[reader] == 0)
                        ready.Enqueue(reader, position[reader]);
                }
            }
        }

        if (order.Count != graph.Node.Count)
        {
            NodeProto stuck = graph.Node.First(n => waiting[n] > 0);
            throw new InvalidFileException(model.Source, $"the graph has a cycle through {stuck.Describe()}");
        }

        return order;
    }

    /// <summary>What a node reads, the values that its sub-graphs (If, Loop) take from outside included.</summary>
    private static IEnumerable<string> Reads(NodeProto node)
    {
        IEnumerable<string> reads = node.Input;
        foreach (AttributeProto attribute in node.Attribute)
        {
            if (attribute.G is not null)
                reads = reads.Concat(Captured(attribute.G));
            foreach (GraphProto graph in attribute.Graphs)
                reads = reads.Concat(Captured(graph));
        }

        return reads;
    }

    private static IEnumerable<string> Captured(GraphProto graph)
    {
        HashSet<string> own = new(StringComparer.Ordinal);
        own.UnionWith(graph.Input.Select(i => i.Name));
        own.UnionWith(graph.Initializer.Select(i => i.Name));
        own.UnionWith(graph.Node.SelectMany(n => n.Output));
        return graph.Node.SelectMany(Reads).Concat(graph.Output.Select(o => o.Name)).Where(name => !own.Contains(name));
    }
}
