using System.Runtime.InteropServices;
using MultiEni.Cli;
using MultiEni.Cli.Invocation;
using MultiEni.Operator.Proxies;

EnvironmentProxy.Install(Environment.GetEnvironmentVariable);

// Closing the terminal is handled like Ctrl-C, so that the demo cleans up.
using var hangup = new CancellationTokenSource();
using var registration = PosixSignalRegistration.Create(
    PosixSignal.SIGHUP,
    signal =>
    {
        signal.Cancel = true;
        hangup.Cancel();
    }
);
return await EniProgram.RunAsync(args, CliContext.OfProcess(), hangup.Token);
