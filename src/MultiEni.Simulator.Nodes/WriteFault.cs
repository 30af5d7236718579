namespace MultiEni.Simulator.Nodes;

/// <summary>What happens to one write.</summary>
internal sealed class WriteFault(string pathPattern)
{
    internal string PathPattern => pathPattern;

    internal int? Error { get; init; }

    internal TimeSpan Delay { get; init; }

    internal WriteBlock? Block { get; set; }
}
