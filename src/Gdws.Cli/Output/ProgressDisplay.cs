using Spectre.Console;
using Spectre.Console.Rendering;

namespace Gdws.Cli.Output;

/// <summary>Shows a bar with count, rate and time left for every part of some work; nothing where nobody watches.</summary>
internal sealed class ProgressDisplay(IAnsiConsole console)
{
    /// <summary>Runs work that tells how far it is.</summary>
    public T Track<T>(Func<IProgress<WorkProgress>, T> work)
    {
        if (!console.Profile.Out.IsTerminal || !console.Profile.Capabilities.Ansi)
            return work(new Silent());

        return console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { Width = 20 }, new FiguresColumn())
            .Start(context => work(new Bars(context)));
    }

    private sealed class Silent : IProgress<WorkProgress>
    {
        public void Report(WorkProgress value)
        {
        }
    }

    private sealed class Bars(ProgressContext context) : IProgress<WorkProgress>
    {
        private readonly Dictionary<string, ProgressTask> _tasks = new(StringComparer.Ordinal);

        public void Report(WorkProgress value)
        {
            if (!_tasks.TryGetValue(value.Part, out ProgressTask? task))
                _tasks[value.Part] = task = context.AddTask(Markup.Escape(value.Part), maxValue: Math.Max(value.Total, 1));
            task.Tag = value;
            task.Value = value.Done;
            if (value.Done >= value.Total)
                task.StopTask();
        }
    }

    private sealed class FiguresColumn : ProgressColumn
    {
        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime)
        {
            double elapsed = (task.ElapsedTime ?? TimeSpan.Zero).TotalSeconds;
            string unit = (task.Tag as WorkProgress)?.Unit ?? "";
            string count = unit == "%" ? $"{task.Value:N0} %" : $"{task.Value:N0} of {task.MaxValue:N0} {unit}";
            if (task.Value <= 0 || elapsed <= 0)
                return new Text(count);

            double rate = task.Value / elapsed;
            string speed = unit == "%" ? "" : $", {Quantity.Rate(rate)}/s";
            string rest = task.IsFinished ? Quantity.Time(elapsed) : $"{Quantity.Time((task.MaxValue - task.Value) / rate)} left";
            string note = task.Tag is WorkProgress { Note.Length: > 0 } shown ? $", {shown.Note}" : "";
            return new Text($"{count}{speed}, {rest}{note}");
        }
    }
}
