using ArchUnitNET.Domain;
using ArchUnitNET.Loader;

namespace MultiEni.Cli.Tests;

/// <summary>
/// Within each program, and the libraries that they share, the folders depend on each other one way
/// only. The files at the top are a folder like any other.
/// </summary>
public sealed class FolderTests
{
    private const string Top = "(top)";

    public static TheoryData<string> Projects => ["MultiEni.Api", "MultiEni.Operator", "MultiEni.Controller", "MultiEni.Manager", "MultiEni.Cli"];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Folders_form_a_graph_without_circles(string project)
    {
        var uses = Uses(project);
        Assert.NotEmpty(uses);

        // Who needs nobody that is left, or is needed by nobody, is in no circle.
        while (uses.RemoveAll(use => !uses.Exists(next => next.From == use.To) || !uses.Exists(last => last.To == use.From)) > 0) { }

        Assert.True(
            uses.Count == 0,
            string.Join('\n', uses.GroupBy(use => $"{use.From} needs {use.To}").Select(Describe).Order(StringComparer.Ordinal))
        );
    }

    private static string Describe(IGrouping<string, Use> uses) =>
        $"{uses.Key}: {string.Join(", ", uses.Select(use => use.Example).Distinct(StringComparer.Ordinal).Take(8))}";

    private static List<Use> Uses(string project)
    {
        var assembly = AppDomain
            .CurrentDomain.GetAssemblies()
            .Concat(typeof(FolderTests).Assembly.GetReferencedAssemblies().Select(System.Reflection.Assembly.Load))
            .First(loaded =>
                loaded
                    .GetTypes()
                    .Any(type => type.Namespace == project || type.Namespace?.StartsWith($"{project}.", StringComparison.Ordinal) == true)
            );
        var types = new ArchLoader().LoadAssembly(assembly).Build().Types.Where(type => IsOf(project, type)).ToList();
        return
        [
            .. from type in types
            from dependency in type.Dependencies
            where IsOf(project, dependency.Target) && Folder(project, type) != Folder(project, dependency.Target)
            select new Use(Folder(project, type), Folder(project, dependency.Target), $"{type.Name} uses {dependency.Target.Name}"),
        ];
    }

    private static bool IsOf(string project, IType type) =>
        type is not GenericParameter
        && type.Namespace?.FullName is { } name
        && (name == project || name.StartsWith($"{project}.", StringComparison.Ordinal));

    private static string Folder(string project, IType type) =>
        type.Namespace.FullName.Length > project.Length ? type.Namespace.FullName[(project.Length + 1)..].Split('.')[0] : Top;

    private sealed record Use(string From, string To, string Example);
}
