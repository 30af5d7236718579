namespace MultiEni.VirtualMachine;

/// <summary>Where the virtual machine's parts are, as <c>tests/vm/prepare</c> made them.</summary>
/// <param name="Boot">The script that starts a machine.</param>
/// <param name="Share">
/// Seen read-only in the machine as <c>/host</c>: <c>programs</c>, <c>checks</c> and <c>guest</c>.
/// </param>
/// <param name="Logs">Where each machine's folder with its logs is made.</param>
public sealed record MachineFolders(string Boot, string Share, string Logs)
{
    /// <summary>The folders of this checkout.</summary>
    /// <exception cref="InvalidOperationException">The parts were not made yet.</exception>
    public static MachineFolders Find()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "MultiEni.slnx")))
        {
            root = root.Parent;
        }

        var share = Path.Combine(root?.FullName ?? "/", "artifacts/vm/share");
        return root is not null && File.Exists(Path.Combine(share, "programs/eni-manager"))
            ? new MachineFolders(Path.Combine(root.FullName, "tests/vm/boot"), share, Path.Combine(root.FullName, "artifacts/vm/logs"))
            : throw new InvalidOperationException(
                $"There is no {share}/programs/eni-manager: run tests/vm/prepare first, or ./test --vm, which does."
            );
    }
}
