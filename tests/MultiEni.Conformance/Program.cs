using MultiEni.Conformance;
using MultiEni.Simulator.Kubernetes;

// serve [PORT] a bare simulator; the administrator's token is "administrator" replay [PREFIX] the
// cases whose names begin like that, such as objects/ or objects/create, with their differences
// anything else as the test runner is called
switch (args)
{
    case ["serve", .. var port]:
        await using (
            var server = await KubernetesSimulator.StartAsync(
                Replayer.Options with
                {
                    Port = port.Length > 0 ? int.Parse(port[0]) : 0,
                    ControllerDelay = TimeSpan.FromMilliseconds(300),
                },
                CancellationToken.None
            )
        )
        {
            Console.WriteLine(server.BaseAddress);
            var end = new TaskCompletionSource();
            Console.CancelKeyPress += (_, key) =>
            {
                key.Cancel = true;
                end.TrySetResult();
            };
            await end.Task;
        }

        return 0;
    case ["replay", .. var prefix]:
        var cases = Corpus.Topics.SelectMany(Corpus.Cases).Where(name => prefix.Length == 0 || prefix.Any(name.StartsWith));
        var results = await Replayer.ReplayAsync(cases, CancellationToken.None);
        foreach (var result in results)
        {
            if (result.NotSupported is not null)
            {
                Console.WriteLine($"NOT SUPPORTED {result.Case}: {result.NotSupported}");
            }
            else if (result.Differences.Count > 0)
            {
                Console.WriteLine($"DIFFERS {result.Case}\n{string.Join('\n', result.Differences)}");
            }
        }

        foreach (var topic in results.GroupBy(static result => result.Case.Split('/')[0]))
        {
            Console.WriteLine($"{topic.Key}: {Replayed.Count([.. topic])}");
        }

        Console.WriteLine(Replayed.Count(results));
        return results.Any(static result => result.Differences.Count > 0) ? 1 : 0;
    default:
        return await Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(
            args,
            MultiEni.Conformance.SelfRegisteredExtensions.AddSelfRegisteredExtensions
        );
}
