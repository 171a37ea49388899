using System.Runtime.InteropServices;
using System.Text;
using Gdws.Cli;

// The tables use ×, ε and box lines, which a Windows terminal shows only when asked to.
if (OperatingSystem.IsWindows())
    Console.OutputEncoding = Encoding.UTF8;

using CancellationTokenSource stop = new();
using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
return GdwsCommandLine.Run(args, Console.Out, Console.Error, stop.Token);

// The first signal asks the work to stop at the next safe place; a second one, from somebody who can't wait, has its usual effect.
void Stop(PosixSignalContext context)
{
    context.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
}
