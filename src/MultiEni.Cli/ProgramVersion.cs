using System.Reflection;

namespace MultiEni.Cli;

/// <summary>The version of this program, which is that of the product it came with.</summary>
internal static class ProgramVersion
{
    /// <summary>Such as 0.1.0, without what the build appends.</summary>
    public static string Current { get; } =
        (typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0").Split('+')[0];
}
