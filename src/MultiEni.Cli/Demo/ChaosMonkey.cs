namespace MultiEni.Cli.Demo;

/// <summary>Kills a program every now and then. The seed decides which and when.</summary>
internal sealed class ChaosMonkey(Programs programs, int seed, Action<string> tell)
{
    private readonly Random _random = new(seed);

    /// <summary>How many programs were killed.</summary>
    public int Kills { get; private set; }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(300, 5000)), TimeProvider.System, cancellationToken);
            var names = programs.Names;

            // Every third victim is the controller, or among many managers it would hardly ever be hit.
            var victim = _random.Next(3) == 0 ? names[0] : names[_random.Next(names.Count)];
            await programs.KillAndRestartAsync(victim, cancellationToken);
            Kills++;
            tell($"killed {victim}");
        }
    }
}
