using MultiEni.Cli;

return await EniProgram.RunAsync(args, Surroundings.OfProcess(), CancellationToken.None);
