namespace MultiEni.Manager.Host.Kernel;

/// <summary>Paths as on the host, checked before they are joined with a root.</summary>
internal static class HostPath
{
    private static readonly string[] Trees = ["sys", "proc", "dev"];

    /// <summary>The path below a root. Only <c>/sys</c>, <c>/proc</c> and <c>/dev</c> exist here, and no path may climb out of them.</summary>
    /// <exception cref="ArgumentException">Not an absolute path in one of the three trees, or one with an empty, <c>.</c> or <c>..</c> part.</exception>
    public static string Resolve(string root, string path)
    {
        var parts = path.Split('/');
        if (parts is not ["", var tree, ..] || Array.IndexOf(Trees, tree) < 0)
        {
            throw new ArgumentException($"'{path}' is not an absolute path below /sys, /proc or /dev.", nameof(path));
        }

        if (parts.Skip(1).Any(part => part is "" or "." or "..") || path.Contains('\0'))
        {
            throw new ArgumentException($"'{path}' has a part that is empty, '.' or '..'.", nameof(path));
        }

        return Path.Join(root, path);
    }

    /// <summary>Whether the path is in one tree, such as <c>/sys</c>.</summary>
    public static bool IsBelow(string tree, string path) => path.StartsWith(tree + "/", StringComparison.Ordinal);
}
