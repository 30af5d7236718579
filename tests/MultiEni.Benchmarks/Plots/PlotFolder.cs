using OxyPlot;

namespace MultiEni.Benchmarks.Plots;

/// <summary>Where a benchmark draws what it measured.</summary>
/// <param name="Path">The folder; made when something is drawn.</param>
internal sealed record PlotFolder(string Path)
{
    private const string Option = "--plot";
    private const double Width = 760;
    private const double Height = 380;

    /// <summary>Takes <c>--plot FOLDER</c> out of the arguments of a benchmark.</summary>
    /// <returns>The folder, or null; and what is left.</returns>
    /// <exception cref="FormatException">The folder is missing.</exception>
    public static (PlotFolder? Plots, IReadOnlyList<string> Others) Read(IReadOnlyList<string> arguments)
    {
        var at = arguments.TakeWhile(argument => argument != Option).Count();
        if (at == arguments.Count)
        {
            return (null, arguments);
        }

        return at + 1 < arguments.Count
            ? (new PlotFolder(arguments[at + 1]), [.. arguments.Take(at), .. arguments.Skip(at + 2)])
            : throw new FormatException($"{Option} needs a folder, to which the figures are written as SVG");
    }

    /// <summary>Writes a figure.</summary>
    /// <param name="name">Name of the file, without its extension.</param>
    /// <param name="figure">The figure.</param>
    public void Write(string name, PlotModel figure)
    {
        Directory.CreateDirectory(Path);
        var file = System.IO.Path.Combine(Path, name + ".svg");
        using (var stream = File.Create(file))
        {
            new SvgExporter { Width = Width, Height = Height }.Export(figure, stream);
        }

        Console.WriteLine($"wrote {file}");
    }
}
