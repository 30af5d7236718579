namespace MultiEni.Simulator.Ec2;

/// <summary>How long things take, on the simulator's clock.</summary>
public sealed record Ec2Latencies
{
    /// <summary>Every transition happens right after the answer that started it.</summary>
    public static Ec2Latencies None { get; } = new();

    /// <summary>
    /// The values of the reference simulation: create 0.6 s, attach 1.2 s and 3 s until attached,
    /// other calls 0.4 s (docs/reference/ec2.md#latencies).
    /// </summary>
    public static Ec2Latencies Typical { get; } =
        new()
        {
            Call = TimeSpan.FromSeconds(0.4),
            CallByAction = new Dictionary<string, TimeSpan>(StringComparer.Ordinal)
            {
                ["CreateNetworkInterface"] = TimeSpan.FromSeconds(0.6),
                ["AttachNetworkInterface"] = TimeSpan.FromSeconds(1.2),
            },
            Create = TimeSpan.FromSeconds(1),
            Attach = TimeSpan.FromSeconds(3),
            Detach = TimeSpan.FromSeconds(3),
            InstanceStart = TimeSpan.FromSeconds(15),
            InstanceStop = TimeSpan.FromSeconds(15),
            InstanceTerminate = TimeSpan.FromSeconds(30),
        };

    /// <summary>
    /// From request to effect and answer, for every action without an entry of its own.
    /// </summary>
    public TimeSpan Call { get; init; }

    /// <summary>From request to effect and answer, by action.</summary>
    public IReadOnlyDictionary<string, TimeSpan> CallByAction { get; init; } = new Dictionary<string, TimeSpan>(StringComparer.Ordinal);

    /// <summary>pending to available.</summary>
    public TimeSpan Create { get; init; }

    /// <summary>attaching to attached; the time the backplane takes comes on top.</summary>
    public TimeSpan Attach { get; init; }

    /// <summary>detaching to available; the time the backplane takes comes on top.</summary>
    public TimeSpan Detach { get; init; }

    /// <summary>pending to running.</summary>
    public TimeSpan InstanceStart { get; init; }

    /// <summary>stopping to stopped.</summary>
    public TimeSpan InstanceStop { get; init; }

    /// <summary>shutting-down to terminated.</summary>
    public TimeSpan InstanceTerminate { get; init; }

    internal TimeSpan Of(string action) => CallByAction.TryGetValue(action, out var latency) ? latency : Call;
}
