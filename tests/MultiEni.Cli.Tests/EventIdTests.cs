using System.Reflection;
using Microsoft.Extensions.Logging;

namespace MultiEni.Cli.Tests;

/// <summary>An event ID means one message, in whichever program's log it is.</summary>
public sealed class EventIdTests
{
    [Fact]
    public void No_two_log_messages_have_the_same_event_ID()
    {
        var messages = new[] { "MultiEni.Operator", "eni-controller", "eni-manager" }
            .SelectMany(name => Assembly.Load(name).GetTypes())
            .SelectMany(type =>
                type.GetMethods(
                    BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly
                )
            )
            .Select(method => (Id: method.GetCustomAttribute<LoggerMessageAttribute>()?.EventId, Name: $"{method.DeclaringType!.Name}.{method.Name}"))
            .Where(message => message.Id is not null)
            .ToList();

        Assert.True(messages.Count > 50, $"only {messages.Count} messages were found");
        Assert.Empty(
            messages
                .GroupBy(message => message.Id)
                .Where(same => same.Count() > 1)
                .Select(same => $"{same.Key}: {string.Join(", ", same.Select(message => message.Name))}")
        );
    }
}
