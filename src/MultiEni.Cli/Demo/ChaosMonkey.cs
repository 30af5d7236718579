namespace MultiEni.Cli.Demo;

/// <summary>Kills programs at random. The seed determines which and when.</summary>
internal sealed class ChaosMonkey(Programs programs, int seed, Action<string> log)
{
    private readonly Random _random = new(seed);

    /// <summary>Number of kills so far.</summary>
    public int Kills { get; private set; }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(300, 5000)), TimeProvider.System, cancellationToken);
            var names = programs.Names;

            // Every third victim is the controller; otherwise it would rarely be chosen
            // among many managers.
            var victim = _random.Next(3) == 0 ? names[0] : names[_random.Next(names.Count)];
            await programs.KillAndRestartAsync(victim, cancellationToken);
            Kills++;
            log($"killed {victim}");
        }
    }
}
