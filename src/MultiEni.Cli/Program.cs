using System.CommandLine;
using MultiEni.Cli.Demo;

var root = new RootCommand("Extra network interfaces for Kubernetes nodes on EC2: see, check and try them.") { DemoCommand.Create() };
return await root.Parse(args).InvokeAsync();
