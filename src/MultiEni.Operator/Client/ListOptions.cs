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

/// <summary>What a watch asks for.</summary>
public sealed record WatchOptions
{
    /// <summary>One namespace; all of them when null.</summary>
    public string? Namespace { get; init; }

    /// <summary>Label selector, such as <c>app=x,tier!=y</c>.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>Field selector, such as <c>metadata.name=x</c>.</summary>
    public string? FieldSelector { get; init; }

    /// <summary>Changes after this version are sent.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>
    /// Whether the server may send bookmarks, which keep the version fresh while nothing happens.
    /// </summary>
    public bool AllowBookmarks { get; init; } = true;

    /// <summary>After this time the server ends the watch; whole seconds.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long after <see cref="Timeout"/> a silent connection is given up.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(15);
}
