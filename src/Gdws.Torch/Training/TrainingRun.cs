using System.Diagnostics;
using System.Runtime.InteropServices;
using Gdws.Torch.Evaluation;

namespace Gdws.Torch.Training;

/// <summary>One training on its way.</summary>
internal sealed class TrainingRun : IDisposable
{
    private readonly Trainer _trainer;
    private readonly TrainableNetwork _network;
    private readonly TrainingOptions _options;
    private readonly TrainingBatches _batches;
    private readonly TrainingValidation? _validation;
    private readonly TrainingCheckpoint? _checkpoint;
    private readonly TrainingState _state;
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    public TrainingRun(Trainer trainer)
    {
        _trainer = trainer;
        _network = trainer.Network;
        _options = trainer.Options;
        _batches = new TrainingBatches(trainer.Data, _options, _network.Network.Device);
        _validation = trainer.Validation is { } images ? new TrainingValidation(images, _options) : null;
        _state = new TrainingState(_network, _options);
        _checkpoint = trainer.Checkpoint is { } path ? new TrainingCheckpoint(path, TrainingIdentity.Of(trainer)) : null;
        if (trainer.Resumes)
            (_checkpoint ?? throw new GdwsException("training: to go on it needs the checkpoint that it was stopped with")).Read(_state);
    }

    private TrainingRecord Record => _state.Record;

    public TrainingResult ToEnd(IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        try
        {
            while (!IsOver)
            {
                for (; Record.Step < _batches.Steps; Record.Step++)
                {
                    cancellation.ThrowIfCancellationRequested();
                    Step();
                    progress?.Report(Progress(((Record.Epoch * _batches.Steps) + Record.Step + 1, _options.Epochs * _batches.Steps), isValidation: false));
                }

                EndEpoch(progress, cancellation);
            }
        }
        catch (OperationCanceledException)
        {
            Save();
            throw;
        }

        return Finish();
    }

    public void Dispose() => _state.Dispose();

    private bool IsOver => Record.Epoch >= _options.Epochs || IsStoppedEarly;

    private bool IsStoppedEarly => _options.Patience is { } patience && Record.BestEpoch > 0 && Record.Epoch - Record.BestEpoch >= patience && Record.Step == 0;

    private void Step()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable gradientsOn = torch.enable_grad();
        _network.Refresh();
        using TrainingBatch batch = _batches.Read(Record.Epoch, Record.Step);
        using TrainingLoss loss = LossOf(batch);
        Tensor total = _trainer.Penalty?.Invoke() is { } penalty ? loss.Value.Plus(penalty) : loss.Value;
        double value = total.item<float>();
        if (!double.IsFinite(value))
            throw Broken($"the loss is {value}", $", step {Record.Step + 1} of {_batches.Steps}");

        TrainableParameter[] trained = [.. _network.Parameters.Where(parameter => parameter.IsTrained)];
        if (trained.Length > 0)
            _state.Descent.Step(trained, Gradients(total, trained), _options.Schedule.RateAt(Share(Record.Step)));
        _state.Average?.Update(((long)Record.Epoch * _batches.Steps) + Record.Step);
        Record.Count(value, Right(loss.Natural, batch), Right(loss.Robust, batch), batch.Indices.Length);
    }

    private TrainingLoss LossOf(TrainingBatch batch)
    {
        _network.Products = _options.Precision == TrainingPrecision.Bfloat16 ? ScalarType.BFloat16 : null;
        try
        {
            return _options.Method.LossOf(_network, batch, _options.LabelSmoothing);
        }
        finally
        {
            _network.Products = null;
        }
    }

    private IReadOnlyList<Tensor> Gradients(Tensor loss, TrainableParameter[] trained)
    {
        try
        {
            return [.. torch.autograd.grad([loss], [.. trained.Select(parameter => parameter.Value)])];
        }
        catch (ExternalException exception)
        {
            throw new GdwsException($"{_network.Model.Source}: {TorchProgram.FirstLine(exception)}", exception);
        }
    }

    private static int? Right(Tensor? logits, TrainingBatch batch)
    {
        if (logits is null)
            return null;
        using Tensor classes = logits.argmax(1);
        using Tensor right = classes.eq(batch.Labels);
        using Tensor count = right.sum();
        return (int)count.item<long>();
    }

    /// <summary>The share of all steps that is done in the middle of a step of this epoch.</summary>
    private double Share(int step) => ((Record.Epoch * (double)_batches.Steps) + step + 0.5) / ((double)_options.Epochs * _batches.Steps);

    private void EndEpoch(IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        if (_state.FirstBroken() is { } broken)
            throw Broken($"{broken} is no number any more", "");
        ValidationResult? validation = Validate(progress, cancellation);
        EpochResult result = new()
        {
            Epoch = Record.Epoch + 1,
            Loss = Record.LossSum / _batches.Steps,
            LearningRate = _options.Schedule.RateAt(Share(_batches.Steps - 1)),
            TrainingNatural = Record.Natural,
            TrainingRobust = Record.Robust,
            Validation = validation,
            Seconds = Math.Round(Record.Seconds + _watch.Elapsed.TotalSeconds, 3),
        };
        if (validation is not null && validation.Score > Record.BestScore)
        {
            Record.BestScore = validation.Score;
            Record.BestEpoch = result.Epoch;
            _state.KeepBest();
        }

        _trainer.EpochEnded?.Invoke(result);
        Record.EndEpoch(result);
        _watch.Restart();
        Save();
    }

    private ValidationResult? Validate(IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        if (_validation is null)
            return null;
        RelayedMeasurement relay = new(report => progress?.Report(Progress((report.Done, report.Total), isValidation: true)));
        _state.Average?.Exchange();
        try
        {
            using IDisposable noGradients = torch.no_grad();
            _network.Refresh();
            return _validation.Measure(_network.Network, relay, cancellation);
        }
        finally
        {
            _state.Average?.Exchange();
        }
    }

    private TrainingResult Finish()
    {
        _state.TakeResult();
        using (torch.no_grad())
            _network.Refresh();
        EpochResult best = Record.History[Record.BestEpoch > 0 ? Record.BestEpoch - 1 : Record.History.Count - 1];
        return new TrainingResult([.. Record.History], best, Record.Epoch < _options.Epochs);
    }

    private void Save()
    {
        Record.Seconds += _watch.Elapsed.TotalSeconds;
        _watch.Restart();
        _checkpoint?.Write(_state);
    }

    private TrainingProgress Progress((int Done, int Total) part, bool isValidation) => new(
        Record.Epoch + 1, _options.Epochs, part.Done, part.Total, Record.LossSum / Math.Max(1, Record.Losses), Record.Natural, Record.Robust, isValidation);

    private GdwsException Broken(string what, string where)
    {
        string kept = _checkpoint is null || (Record.Epoch == 0 && !_checkpoint.Exists)
            ? "nothing was written"
            : $"{_checkpoint.Path} holds the last good state";
        return new GdwsException($"training {_network.Model.Source}: {what} in epoch {Record.Epoch + 1} of {_options.Epochs}{where}; {kept}; a smaller learning rate may help");
    }

    private sealed class RelayedMeasurement(Action<EvaluationProgress> report) : IProgress<EvaluationProgress>
    {
        public void Report(EvaluationProgress value) => report(value);
    }
}
