using System.Collections.Concurrent;
using MultiEni.Reliability.Lab;

namespace MultiEni.Reliability.Soak;

/// <summary>
/// What becomes of calls in bad times. The fate of a call follows from the seed, its name and its
/// number, not from the order in which calls arrive, so that a seed that is run again meets the
/// same faults at the same calls.
/// </summary>
internal sealed class FaultPlan(int seed)
{
    private readonly ConcurrentDictionary<(string By, string Name), int> _calls = new();
    private volatile string? _paused;

    /// <summary>Whether anything goes wrong at all.</summary>
    public bool IsBad { get; set; } = true;

    /// <summary>
    /// A controller whose process stands still, so that what it has sent arrives late.
    /// </summary>
    public string? Paused
    {
        get => _paused;
        set => _paused = value;
    }

    public CallFate Decide(LabCall call, CallMoment moment)
    {
        if (!IsBad)
        {
            return CallFate.Pass;
        }

        var number = _calls.AddOrUpdate((call.By.Name, $"{moment} {call.Name}"), 1, (_, before) => before + 1);
        var dice = new Random(Mix(seed, $"{call.Name} {moment}", number));
        if (moment == CallMoment.Before && _paused == call.By.Name)
        {
            return new CallFate.IsSlow(TimeSpan.FromSeconds(dice.Next(5, 40)));
        }

        var roll = dice.NextDouble();
        return moment == CallMoment.After
            ? roll < 0.03 && call.IsWrite
                ? CallFate.Lose
                : CallFate.Pass
            : Before(call, roll, dice);
    }

    private static CallFate Before(LabCall call, double roll, Random dice) =>
        roll switch
        {
            < 0.01 => CallFate.Lose,
            < 0.03 => call.IsEc2 ? new CallFate.Ec2Refuses("InternalError") : new CallFate.KubernetesRefuses(500),
            < 0.06 => call.IsEc2 ? new CallFate.Ec2Refuses("RequestLimitExceeded") : new CallFate.KubernetesRefuses(429),
            < 0.08 when call.IsWrite => call.IsEc2 ? new CallFate.Ec2Refuses("ServiceUnavailable") : new CallFate.KubernetesRefuses(409),
            < 0.11 => new CallFate.IsSlow(TimeSpan.FromSeconds(dice.NextDouble() * 12)),
            _ => CallFate.Pass,
        };

    // Of the same numbers on every machine and in every process, unlike the hash codes of .NET.
    private static int Mix(int seed, string text, int number)
    {
        var hash = 2166136261u ^ (uint)seed;
        foreach (var character in $"{text}#{number}")
        {
            hash = (hash ^ character) * 16777619u;
        }

        return (int)(hash ^ (hash >> 15));
    }
}
