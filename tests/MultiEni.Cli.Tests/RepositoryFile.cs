namespace MultiEni.Cli.Tests;

/// <summary>Files of the repository that the tests hold against the program.</summary>
internal static class RepositoryFile
{
    public static string Root { get; } = FindRoot();

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "MultiEni.slnx")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("the tests do not run within the repository");
        }

        return folder.FullName;
    }
}
