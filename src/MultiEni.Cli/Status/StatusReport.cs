namespace MultiEni.Cli.Status;

/// <summary>What <c>status</c> found, for programs and as the ground of what people see.</summary>
/// <param name="Ready">Whether everything in it is ready: the exit code.</param>
/// <param name="NodeEnis">The NodeENIs, troubled ones first.</param>
internal sealed record StatusReport(bool Ready, IReadOnlyList<NodeEniStatusItem> NodeEnis);
