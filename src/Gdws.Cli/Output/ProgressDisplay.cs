using Spectre.Console;
using Spectre.Console.Rendering;

namespace Gdws.Cli.Output;

/// <summary>Shows a bar with count, rate and time left while work runs; nothing where nobody watches.</summary>
internal sealed class ProgressDisplay(IAnsiConsole console)
{
    public T Track<T>(string title, int total, string unit, Func<IProgress<int>, T> work)
    {
        if (!console.Profile.Out.IsTerminal || !console.Profile.Capabilities.Ansi)
            return work(new Silent());

        return console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { Width = 30 }, new FiguresColumn(total, unit))
            .Start(context => work(new Reporter(context.AddTask(Markup.Escape(title), maxValue: Math.Max(total, 1)))));
    }

    private sealed class Silent : IProgress<int>
    {
        public void Report(int value)
        {
        }
    }

    private sealed class Reporter(ProgressTask task) : IProgress<int>
    {
        public void Report(int value) => task.Value = value;
    }

    private sealed class FiguresColumn(int total, string unit) : ProgressColumn
    {
        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime)
        {
            double elapsed = (task.ElapsedTime ?? TimeSpan.Zero).TotalSeconds;
            string count = $"{task.Value:N0} of {total:N0} {unit}";
            if (task.Value <= 0 || elapsed <= 0)
                return new Text(count);

            double rate = task.Value / elapsed;
            return new Text($"{count}, {Quantity.Rate(rate)} {unit}/s, {Quantity.Time((total - task.Value) / rate)} left");
        }
    }
}
