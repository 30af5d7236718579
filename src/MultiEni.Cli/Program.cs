using MultiEni.Cli;
using MultiEni.Operator.Proxies;

EnvironmentProxy.Install(Environment.GetEnvironmentVariable);
return await EniProgram.RunAsync(args, Surroundings.OfProcess(), CancellationToken.None);
