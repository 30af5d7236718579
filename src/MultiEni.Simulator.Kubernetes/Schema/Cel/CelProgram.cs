namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>
/// A compiled expression of the Common Expression Language. Compiled is what is understood
/// completely; anything else, wrong expressions included, is refused as not simulated, so that no
/// expression is judged otherwise than by a real API server.
/// </summary>
internal sealed class CelProgram
{
    private readonly CelNode _root;

    private CelProgram(CelNode root, IReadOnlySet<string> names)
    {
        _root = root;
        Names = names;
    }

    /// <summary>The variables that it uses.</summary>
    public IReadOnlySet<string> Names { get; }

    /// <summary>What it yields.</summary>
    public CelType Type => _root.Type;

    /// <summary>An upper bound of what the server reckons that it costs.</summary>
    public double Cost => _root.Cost;

    /// <summary>
    /// A lower bound of that: how often the innermost part of its macros may run.
    /// </summary>
    public double Rounds => _root.Loops.Rounds;

    /// <summary>Compiles an expression.</summary>
    /// <param name="source">Its text.</param>
    /// <param name="variables">What it may use.</param>
    /// <param name="result">What it must yield; null for anything.</param>
    /// <param name="isSelector">
    /// Whether it selects devices: <c>cel.bind</c> is known to it, and its cost is limited before
    /// it is run.
    /// </param>
    /// <exception cref="NotSimulatedException">
    /// It is wrong, or uses what is not known here.
    /// </exception>
    public static CelProgram Compile(string source, IReadOnlyDictionary<string, CelType> variables, CelKind? result, bool isSelector = false)
    {
        try
        {
            var parser = new CelParser(source, variables, isSelector);
            var root = parser.Parse();
            if (!isSelector && root.Loops.Depth > 2)
            {
                throw new CelRefusal("macros more than two deep, whose cost the server limits at run time");
            }

            return result is null || root.Type.Kind == result ? new CelProgram(root, parser.Used) : throw new CelRefusal($"it must yield a {result}");
        }
        catch (CelRefusal refused)
        {
            throw new NotSimulatedException($"the CEL expression {GoText.Quote(source)}: {refused.Message}");
        }
    }

    /// <summary>Its value, or a <see cref="CelError"/>.</summary>
    public object? Run(CelScope variables) => _root.Run(variables);
}
