using System.Reflection;
using MultiEni.Api;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Attachments;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.PodAddresses;

namespace MultiEni.Controller.Tests.Attachments;

/// <summary>
/// A sample of every step there is, found by reflection: whatever is added comes through every
/// decision about steps.
/// </summary>
internal static class EniSteps
{
    public static TheoryData<string> Names => [.. Types.Select(type => type.Name)];

    public static TheoryData<string> CallNames => [.. Types.Where(typeof(EniStep.Call).IsAssignableFrom).Select(type => type.Name)];

    public static TheoryData<string> RestNames => [.. Types.Where(typeof(EniStep.Rest).IsAssignableFrom).Select(type => type.Name)];

    /// <summary>Every sealed case, wherever in the program it is declared.</summary>
    public static IReadOnlyList<Type> Types { get; } =
    [.. typeof(EniStep).Assembly.GetTypes().Where(type => type.IsSealed && typeof(EniStep).IsAssignableFrom(type))];

    public static EniStep Sample(string name, EniRow? row = null) => Sample(Types.Single(type => type.Name == name), row ?? A.Row());

    private static EniStep Sample(Type type, EniRow row)
    {
        var constructor = type.GetConstructors(BindingFlags.Instance | BindingFlags.Public).Single();
        return (EniStep)constructor.Invoke([.. constructor.GetParameters().Select(parameter => Argument(parameter, row))]);
    }

    private static object? Argument(ParameterInfo parameter, EniRow row) =>
        parameter switch
        {
            { Name: "Reason" } => Reasons.Deleting,
            { ParameterType: var type } when type == typeof(EniRow) => row,
            { ParameterType: var type } when type == typeof(string) => "a sentence for people",
            { ParameterType: var type } when type == typeof(int) => 2,
            { ParameterType: var type } when type == typeof(ConnectionTrackingSpec) => new ConnectionTrackingSpec(),
            { ParameterType: var type } when type == typeof(EnaExpressSpec) => new EnaExpressSpec(),
            { ParameterType: var type } when type == typeof(PodAddressChange) => new PodAddressChange.AssignCount(PodAddressKind.Ipv4, 2),
            { ParameterType: var type } when type == typeof(IReadOnlyDictionary<string, string>) => new Dictionary<string, string> { ["a"] = "b" },
            { ParameterType: var type } when type.IsValueType => Activator.CreateInstance(type),
            _ => throw new InvalidOperationException($"no sample for {parameter}"),
        };
}
