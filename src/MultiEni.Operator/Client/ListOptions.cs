namespace MultiEni.Operator.Client;

/// <summary>What a list request asks for. Everything is optional.</summary>
public sealed record ListOptions
{
    /// <summary>One namespace; all of them when null.</summary>
    public string? Namespace { get; init; }

    /// <summary>Label selector, such as <c>app=x,tier!=y</c>.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>Field selector, such as <c>metadata.name=x</c>.</summary>
    public string? FieldSelector { get; init; }

    /// <summary>Objects in one page; the server's choice when null.</summary>
    public int? Limit { get; init; }

    /// <summary>The token of the page before.</summary>
    public string? Continue { get; init; }

    /// <summary>How old the answer may be: null for the newest state, <c>0</c> for any.</summary>
    public string? ResourceVersion { get; init; }
}
