namespace Gdws.Torch.Attacks;

/// <summary>One batch under <see cref="FabAttack"/>.</summary>
internal sealed class FabRun(FabAttack attack, AttackedBatch batch)
{
    private static readonly Scalar Overshoot = FabAttack.Overshoot;
    private static readonly Scalar LargestPull = FabAttack.LargestPull;
    private static readonly Scalar Least = 1e-8;

    private Norm Norm => attack.ThreatModel.Norm;

    private double Epsilon => attack.ThreatModel.Epsilon;

    /// <summary>Attacks the images that aren't broken yet.</summary>
    /// <param name="target">The wrong class that comes at this place, from 1; null for the nearest boundary of all.</param>
    /// <param name="restart">0 starts from the images themselves.</param>
    /// <param name="attempt">Decides the random numbers.</param>
    /// <param name="cancellation">Ends the attack early.</param>
    public void Attempt(int? target, int restart, int attempt, CancellationToken cancellation)
    {
        int[] rows = batch.Open;
        if (rows.Length == 0)
            return;

        Tensor[] held = [];
        try
        {
            State? state = null;
            Linear? at = null;
            for (int iteration = 0; ; iteration++)
            {
                cancellation.ThrowIfCancellationRequested();
                using DisposeScope scope = torch.NewDisposeScope();
                if (state is null)
                    state = Begin(rows, target, restart, attempt);
                else
                    state.X = Step(state, at!);
                bool isLast = iteration == attack.Iterations;
                at = Look(state, withGradient: !isLast, out Tensor logits);
                state = Judge(state, ref at, logits, isLast);
                if (isLast || state.Rows.Length == 0)
                    return;

                // What the next step needs outlives this one; what it replaces goes.
                Tensor[] needed = [.. state.Tensors, at.Value, at.Gradient];
                foreach (Tensor tensor in needed)
                    tensor.DetachFromDisposeScope();
                foreach (Tensor tensor in held.Where(old => !needed.Any(tensor => ReferenceEquals(old, tensor))))
                    tensor.Dispose();
                held = needed;
            }
        }
        finally
        {
            foreach (Tensor tensor in held)
                tensor.Dispose();
        }
    }

    private State Begin(int[] rows, int? target, int restart, int attempt)
    {
        State state = new(rows, batch.CleanOf(rows), batch.Labels(rows), target is { } place ? batch.Targets(rows, place) : null);
        state.X = restart == 0 ? state.Clean.clone() : Start(rows, state.Clean, attempt);
        return state;
    }

    private Tensor Start(int[] rows, Tensor clean, int attempt)
    {
        int length = batch.ImageLength;
        double[] noise = new double[rows.Length * length];
        for (int i = 0; i < rows.Length; i++)
        {
            ImageRandom random = batch.Random(attack.Seed, rows[i], attempt);
            for (int j = 0; j < length; j++)
                noise[(i * length) + j] = Norm == Norm.Linf ? (2 * random.Uniform()) - 1 : random.Normal();
        }

        using DisposeScope scope = torch.NewDisposeScope();
        Tensor flat = batch.Perturbation(noise, rows.Length).flatten(1);
        Tensor start = clean.to(ScalarType.Float64).flatten(1).Plus(flat / Size(flat).clamp(min: KeptScalar.Least) * KeptScalar.Of(Epsilon / 2));
        return start.clamp(KeptScalar.Zero, KeptScalar.One).to(clean.dtype).reshape(clean.shape).MoveToOuterDisposeScope();
    }

    /// <summary>Towards the boundary as the linearisation predicts it, with a pull towards the point of it nearest to the clean image.</summary>
    private Tensor Step(State state, Linear at)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor x = state.X.to(ScalarType.Float64).flatten(1);
        Tensor clean = state.Clean.to(ScalarType.Float64).flatten(1);
        Tensor fromHere = Hyperplane.Step(Norm, x, at.Gradient, at.Value);
        Tensor valueAtClean = at.Value.Plus((at.Gradient * clean.Minus(x)).sum(1, keepdim: true));
        Tensor fromClean = Hyperplane.Step(Norm, clean, at.Gradient, valueAtClean);
        Tensor here = Size(fromHere).clamp(min: Least);
        Tensor there = Size(fromClean).clamp(min: Least);
        Tensor pull = (here / here.Plus(there)).clamp(KeptScalar.Zero, LargestPull);
        Tensor ahead = x.Plus(fromHere * Overshoot);
        Tensor direct = clean.Plus(fromClean * Overshoot);
        return ahead.Plus(direct.Minus(ahead) * pull).clamp(KeptScalar.Zero, KeptScalar.One).to(state.X.dtype).reshape(state.X.shape).MoveToOuterDisposeScope();
    }

    /// <summary>Ends broken images, and takes adversarial images that are too far back towards the clean ones.</summary>
    private State Judge(State state, ref Linear at, Tensor logits, bool isLast)
    {
        bool[] wrong = batch.Wrong(logits, state.Rows);
        if (!wrong.Contains(true))
            return state;

        Tensor change = state.X.to(ScalarType.Float64).Minus(state.Clean.to(ScalarType.Float64)).flatten(1);
        double[] distances = Size(change).squeeze(1).ToDoubles();
        int[] all = [.. Enumerable.Range(0, wrong.Length)];
        batch.Break(state.X, state.Rows, [.. all.Where(i => wrong[i] && distances[i] <= Epsilon)]);
        if (isLast)
            return state;

        int[] far = [.. all.Where(i => wrong[i] && distances[i] > Epsilon)];
        if (far.Length > 0)
        {
            Tensor selection = batch.Positions(far);
            State some = state.At(far, selection);
            Tensor back = some.Clean.to(ScalarType.Float64).Plus(some.X.to(ScalarType.Float64).Minus(some.Clean.to(ScalarType.Float64)) * KeptScalar.Of(FabAttack.BackStep));
            some.X = back.to(state.X.dtype);
            Linear there = Look(some, withGradient: true, out _);
            state.X = state.X.index_copy(0, selection, some.X);
            at = new Linear(at.Value.index_copy(0, selection, there.Value), at.Gradient.index_copy(0, selection, there.Gradient));
        }

        int[] kept = [.. all.Where(i => !(wrong[i] && distances[i] <= Epsilon))];
        if (kept.Length == wrong.Length || kept.Length == 0)
            return kept.Length == 0 ? new State([], state.Clean, state.Labels, state.Targets) : state;
        Tensor staying = batch.Positions(kept);
        at = new Linear(at.Value.index_select(0, staying), at.Gradient.index_select(0, staying));
        return state.At(kept, staying);
    }

    /// <summary>Linearises z_t − z_y at x; untargeted for the class whose boundary is the nearest.</summary>
    private Linear Look(State state, bool withGradient, out Tensor logits)
    {
        if (!withGradient)
        {
            logits = batch.Network.Logits(state.X);
            Tensor nothing = torch.zeros(0);
            return new Linear(nothing, nothing);
        }

        Tensor[] found = batch.Network.Look(state.X, state.Targets is null ? [state.Labels] : [state.Labels, state.Targets], withGradient, (input, output, rows) =>
        {
            Linear linear = rows.Length == 2 ? Linearise(input, output, rows[0], rows[1], keepGraph: false) : Nearest(input, output, rows[0]);
            return [output, linear.Value, linear.Gradient];
        });
        logits = found[0];
        return new Linear(found[1], found[2]);
    }

    private Linear Nearest(Tensor input, Tensor output, Tensor labels)
    {
        int classes = batch.Network.Classes;
        Linear? nearest = null;
        Tensor? least = null;
        for (int offset = 1; offset < classes; offset++)
        {
            Tensor targets = labels.add(KeptScalar.Of((long)offset), KeptScalar.Of(1L)).remainder(KeptScalar.Of((long)classes));
            Linear one = Linearise(input, output, labels, targets, keepGraph: offset < classes - 1);
            Tensor distance = one.Value.abs() / DualSize(one.Gradient).clamp(min: KeptScalar.Of(1e-12));
            Tensor isNearer = least is null ? torch.ones_like(distance, ScalarType.Bool) : distance < least;
            nearest = nearest is null ? one : new Linear(torch.where(isNearer, one.Value, nearest.Value), torch.where(isNearer, one.Gradient, nearest.Gradient));
            least = least is null ? distance : torch.minimum(distance, least);
        }

        return nearest!;
    }

    private static Linear Linearise(Tensor input, Tensor logits, Tensor labels, Tensor targets, bool keepGraph)
    {
        Tensor difference = AttackLoss.Of(logits, targets).Minus(AttackLoss.Of(logits, labels));
        Tensor gradient = torch.autograd.grad([difference.sum()], [input], retain_graph: keepGraph)[0];
        return new Linear(difference.detach().to(ScalarType.Float64).unsqueeze(1), gradient.to(ScalarType.Float64).flatten(1));
    }

    private Tensor Size(Tensor flat) => Norm switch
    {
        Norm.Linf => flat.abs().amax([1], keepdim: true),
        Norm.L2 => flat.norm(1, keepdim: true, p: 2),
        _ => flat.abs().sum(1, keepdim: true),
    };

    private Tensor DualSize(Tensor flat) => Norm switch
    {
        Norm.Linf => flat.abs().sum(1, keepdim: true),
        Norm.L2 => flat.norm(1, keepdim: true, p: 2),
        _ => flat.abs().amax([1], keepdim: true),
    };

    /// <summary>A linearisation: value <c>[N, 1]</c> and gradient <c>[N, D]</c>, double precision.</summary>
    private sealed record Linear(Tensor Value, Tensor Gradient);

    /// <summary>The images that are still attacked.</summary>
    private sealed class State(int[] rows, Tensor clean, Tensor labels, Tensor? targets)
    {
        public int[] Rows { get; } = rows;

        public Tensor Clean { get; } = clean;

        public Tensor Labels { get; } = labels;

        public Tensor? Targets { get; } = targets;

        public Tensor X { get; set; } = clean;

        public State At(int[] positions, Tensor selection) =>
            new(Rows.At(positions), Clean.index_select(0, selection), Labels.index_select(0, selection), Targets?.index_select(0, selection))
            {
                X = X.index_select(0, selection),
            };

        public Tensor[] Tensors => Targets is null ? [X, Clean, Labels] : [X, Clean, Labels, Targets];
    }
}
