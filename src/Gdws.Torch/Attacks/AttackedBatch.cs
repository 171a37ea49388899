namespace Gdws.Torch.Attacks;

/// <summary>A batch while an attack runs on it: which images are broken, and what was found. Images that the network gets wrong as they are stay as they are.</summary>
internal sealed class AttackedBatch
{
    private readonly IReadOnlyList<int> _labels;
    private readonly IReadOnlyList<int> _indices;
    private readonly bool[] _broken;
    private readonly float[] _cleanLogits;

    private AttackedBatch(TorchNetwork network, Tensor clean, IReadOnlyList<int> labels, IReadOnlyList<int> indices, bool attackWrong)
    {
        Network = network;
        Clean = clean;
        _labels = labels;
        _indices = indices;
        _broken = new bool[labels.Count];
        _cleanLogits = new float[labels.Count * network.Classes];
        using (Tensor logits = network.Logits(clean))
        {
            if (!attackWrong)
                _broken = Wrong(logits, [.. Enumerable.Range(0, labels.Count)]);
            logits.CopyTo(_cleanLogits);
        }

        Result = clean.clone();
    }

    public TorchNetwork Network { get; }

    /// <summary><c>[N, C, H, W]</c> in the network's precision.</summary>
    public Tensor Clean { get; }

    /// <summary>The number of values of an image.</summary>
    public int ImageLength => Network.Channels * Network.Height * Network.Width;

    /// <summary>The rows of images that aren't broken yet.</summary>
    public int[] Open => [.. Enumerable.Range(0, _broken.Length).Where(row => !_broken[row])];

    private Tensor Result { get; }

    /// <summary>Runs an attack on a batch; with <paramref name="attackWrong"/> also on images that the network gets wrong as they are.</summary>
    public static AttackResult Run(
        TorchNetwork network,
        Tensor images,
        IReadOnlyList<int> labels,
        IReadOnlyList<int> indices,
        Action<AttackedBatch> attack,
        bool attackWrong = false)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(indices);
        if (labels.Count != images.shape[0] || indices.Count != images.shape[0])
            throw new ArgumentException($"{images.shape[0]} images need as many labels and indices, found {labels.Count} and {indices.Count}");

        using Tensor detached = images.detach();
        using Tensor clean = detached.to(network.Precision, network.Device);
        AttackedBatch batch = new(network, clean, labels, indices, attackWrong);
        try
        {
            attack(batch);
            return new AttackResult(batch.Result, batch._broken);
        }
        catch
        {
            batch.Result.Dispose();
            throw;
        }
    }

    /// <summary>The random numbers of an image in an attempt.</summary>
    public ImageRandom Random(int seed, int row, int attempt) => new(seed, _indices[row], attempt);

    public Tensor CleanOf(int[] rows)
    {
        using Tensor selection = Positions(rows);
        return Clean.index_select(0, selection);
    }

    public Tensor Labels(int[] rows) => Positions([.. rows.Select(row => _labels[row])]);

    public int Label(int row) => _labels[row];

    /// <summary>For each row the wrong class with the k-th largest logit on the clean image, k ≥ 1.</summary>
    public Tensor Targets(int[] rows, int k) => Positions([.. rows.Select(row => Target(row, k))]);

    /// <summary>Numbers as an index on the network's device.</summary>
    public Tensor Positions(int[] positions) => ImageTensors.FromLabels(positions, Network.Device);

    /// <summary>One number a row, as a column for images: <c>[N, 1, 1, 1]</c>, double precision.</summary>
    public Tensor Column(double[] values)
    {
        using Tensor flat = torch.tensor(values, ScalarType.Float64, Network.Device);
        return flat.reshape(-1, 1, 1, 1);
    }

    /// <summary>Perturbations that are made in plain memory, image by image.</summary>
    public Tensor Perturbation(double[] values, int images)
    {
        using Tensor flat = torch.tensor(values, ScalarType.Float64, Network.Device);
        return flat.reshape(images, Network.Channels, Network.Height, Network.Width);
    }

    /// <summary>Which rows are misclassified.</summary>
    public bool[] Wrong(Tensor logits, int[] rows)
    {
        Predictions predictions = new(Network, logits, [.. rows.Select(row => _indices[row])]);
        return [.. rows.Select((row, position) => !predictions.IsCorrect(position, _labels[row]))];
    }

    /// <summary>
    /// Notes images that are misclassified now. Where the network's output is random that may be chance: as in the public code such an image goes on to
    /// the attempt's end, and its last misclassified point is what was found.
    /// </summary>
    /// <param name="logits">Those of <paramref name="x"/>.</param>
    /// <param name="rows">The rows that <paramref name="x"/> holds.</param>
    /// <param name="x">Images inside ball and box.</param>
    /// <param name="isLast">Whether the others are noted too, as the last attempt.</param>
    /// <returns>The positions in <paramref name="rows"/> that the attempt goes on with.</returns>
    public int[] Judge(Tensor logits, int[] rows, Tensor x, bool isLast)
    {
        bool[] wrong = Wrong(logits, rows);
        int[] all = [.. Enumerable.Range(0, rows.Length)];
        bool goesOn = Network.IsRandom;
        Note(x, rows, [.. all.Where(position => _broken[rows[position]] ? goesOn && wrong[position] : wrong[position] || isLast)]);
        foreach (int position in all.Where(position => wrong[position]))
            _broken[rows[position]] = true;
        return goesOn ? all : [.. all.Where(position => !_broken[rows[position]])];
    }

    /// <summary>Notes images at some positions as broken.</summary>
    public void Break(Tensor x, int[] rows, int[] positions)
    {
        Note(x, rows, positions);
        foreach (int position in positions)
            _broken[rows[position]] = true;
    }

    /// <summary>Takes over what another attack found.</summary>
    public void Take(AttackResult other, int[] rows)
    {
        Note(other.Images, rows, [.. Enumerable.Range(0, rows.Length)]);
        for (int position = 0; position < rows.Length; position++)
            _broken[rows[position]] |= other.Broken[position];
    }

    public int[] LabelsOf(int[] rows) => [.. rows.Select(row => _labels[row])];

    public int[] IndicesOf(int[] rows) => [.. rows.Select(row => _indices[row])];

    private void Note(Tensor x, int[] rows, int[] positions)
    {
        if (positions.Length == 0)
            return;
        using Tensor from = Positions(positions);
        using Tensor to = Positions([.. positions.Select(position => rows[position])]);
        using Tensor found = x.index_select(0, from);
        _ = Result.index_copy_(0, to, found);
    }

    private int Target(int row, int k)
    {
        int label = _labels[row];
        int offset = row * Network.Classes;
        return Enumerable.Range(0, Network.Classes).Where(c => c != label).OrderByDescending(c => _cleanLogits[offset + c]).ElementAt(k - 1);
    }
}
