using System.Runtime.InteropServices;
using MultiEni.Cli;
using MultiEni.Operator.Proxies;

EnvironmentProxy.Install(Environment.GetEnvironmentVariable);

// A terminal that is closed is an interruption as Ctrl-C is: the demo puts everything back.
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
