namespace MultiEni.Manager.Tests;

/// <summary>The working copy that the tests were built from.</summary>
internal static class Repository
{
    public static string Folder { get; } = Find(new DirectoryInfo(AppContext.BaseDirectory));

    private static string Find(DirectoryInfo? folder) =>
        folder is null ? throw new DirectoryNotFoundException("MultiEni.slnx is in no folder above the tests.")
        : File.Exists(Path.Combine(folder.FullName, "MultiEni.slnx")) ? folder.FullName
        : Find(folder.Parent);
}
