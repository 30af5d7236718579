namespace MultiEni.Simulator.Ec2;

/// <summary>The life of an instance, with the codes of the wire format.</summary>
public enum InstanceState
{
    /// <summary>Launched, not booted yet.</summary>
    Pending = 0,

    /// <summary>Booted; takes network interfaces.</summary>
    Running = 16,

    /// <summary>On its way to terminated; takes no network interface any more.</summary>
    ShuttingDown = 32,

    /// <summary>Gone; still described for a while.</summary>
    Terminated = 48,

    /// <summary>On its way to stopped.</summary>
    Stopping = 64,

    /// <summary>Off; takes network interfaces.</summary>
    Stopped = 80,
}
