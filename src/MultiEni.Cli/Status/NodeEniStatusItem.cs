namespace MultiEni.Cli.Status;

/// <summary>One NodeENI.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Health">How it is.</param>
/// <param name="Reason">Reason of the condition that says so.</param>
/// <param name="Message">What that condition says.</param>
/// <param name="MatchedNodes">Nodes that its selector selects.</param>
/// <param name="DesiredEnis">ENIs that there should be.</param>
/// <param name="ReadyEnis">ENIs that are ready.</param>
/// <param name="Nodes">Nodes that have ENIs of it, troubled ones first.</param>
internal sealed record NodeEniStatusItem(
    string Name,
    Health Health,
    string Reason,
    string Message,
    int MatchedNodes,
    int DesiredEnis,
    int ReadyEnis,
    IReadOnlyList<NodeStatusItem> Nodes
);
