namespace MultiEni.Operator.Events;

/// <summary>Who reports an event.</summary>
public sealed record EventSource
{
    /// <summary>The program.</summary>
    public string? Component { get; set; }

    /// <summary>The node, for programs that run on one.</summary>
    public string? Host { get; set; }
}
