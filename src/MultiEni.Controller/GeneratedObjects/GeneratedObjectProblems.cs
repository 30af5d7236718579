using System.Collections.Concurrent;
using MultiEni.Controller.Leading;

namespace MultiEni.Controller.GeneratedObjects;

/// <summary>
/// Why generated objects are not as they should be, for the status of their NodeENIs: a write that
/// the API server refuses is not all that can be in the way.
/// </summary>
internal sealed class GeneratedObjectProblems
{
    private readonly ConcurrentDictionary<string, IReadOnlyList<GeneratedObjectProblem>> _byKind = new(StringComparer.Ordinal);

    /// <summary>A kind whose problems are others than before.</summary>
    public Signal<string> Changes { get; } = new();

    /// <summary>What is in the way of a NodeENI's objects.</summary>
    public IEnumerable<GeneratedObjectProblem> Of(string nodeEni) =>
        _byKind.Values.SelectMany(problems => problems).Where(problem => problem.NodeEni == nodeEni);

    /// <summary>All that is in the way of a kind at present.</summary>
    /// <param name="plural">The kind.</param>
    /// <param name="problems">The problems; none when all is well.</param>
    public void Replace(string plural, IReadOnlyList<GeneratedObjectProblem> problems)
    {
        var before = _byKind.GetValueOrDefault(plural) ?? [];
        _byKind[plural] = problems;
        if (!before.SequenceEqual(problems))
        {
            Changes.Raise(plural);
        }
    }
}

/// <summary>Why an object of a NodeENI is not as it should be.</summary>
/// <param name="NodeEni">The NodeENI.</param>
/// <param name="Message">The object, what the server said, and what helps.</param>
internal sealed record GeneratedObjectProblem(string NodeEni, string Message);
