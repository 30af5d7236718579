namespace MultiEni.Manager.Host;

/// <summary>The host as this program sees it.</summary>
/// <param name="Files">The kernel's files.</param>
/// <param name="Links">The kernel's links.</param>
/// <param name="Events">The kernel's announcements.</param>
internal sealed record NodeHost(IHostFiles Files, ILinks Links, IHostEvents Events);
