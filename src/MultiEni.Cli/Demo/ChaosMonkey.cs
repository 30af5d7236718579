namespace MultiEni.Cli.Demo;

/// <summary>
/// Kills programs at random. The seed determines which and when. A program that was killed is
/// spared for as long as the kubelet waits at least before it restarts a crashed container again.
/// </summary>
internal sealed class ChaosMonkey(Programs programs, int seed, Action<string> log, TimeProvider time)
{
    /// <summary>
    /// How long a program runs at least (the first delay of <c>CrashLoopBackOff</c>,
    /// https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy).
    /// </summary>
    internal static readonly TimeSpan Reprieve = TimeSpan.FromSeconds(10);

    private readonly Random _random = new(seed);
    private readonly Dictionary<string, long> _killed = new(StringComparer.Ordinal);

    /// <summary>Number of kills so far.</summary>
    public int Kills { get; private set; }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(300, 5000)), time, cancellationToken);
            var names = programs.Names;

            // Every third victim is the controller; otherwise it would rarely be chosen
            // among many managers.
            var victim = _random.Next(3) == 0 ? names[0] : names[_random.Next(names.Count)];
            if (_killed.TryGetValue(victim, out var last) && time.GetElapsedTime(last) < Reprieve)
            {
                continue;
            }

            await programs.KillAndRestartAsync(victim, cancellationToken);
            _killed[victim] = time.GetTimestamp();
            Kills++;
            log($"killed {victim}");
        }
    }
}
