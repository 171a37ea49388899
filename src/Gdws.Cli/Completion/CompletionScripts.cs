namespace Gdws.Cli.Completion;

/// <summary>
/// What makes a shell ask gdws how a line can go on. The program answers <c>gdws "[suggest:POSITION]" "LINE"</c> with a word a line, out of its own
/// options, so the scripts never grow old. Where it has nothing to say the shell completes file names, also behind the colon of <c>cifar10:DIR</c>.
/// </summary>
internal static class CompletionScripts
{
    public static string[] Shells { get; } = ["bash", "zsh", "fish", "pwsh"];

    /// <summary>The script for a shell.</summary>
    /// <param name="shell">One of <see cref="Shells"/>.</param>
    public static string For(string shell) => shell switch
    {
        "bash" => Bash,
        "zsh" => Zsh,
        "fish" => Fish,
        "pwsh" => PowerShell,
        _ => throw new ArgumentOutOfRangeException(nameof(shell), shell, "no such shell"),
    };

    private const string Bash = """
        # Completion of gdws for bash; in ~/.bashrc: source <(gdws completion bash)
        _gdws() {
          local line="${COMP_LINE:0:COMP_POINT}" word="${COMP_WORDS[COMP_CWORD]}" IFS=$'\n'
          COMPREPLY=()
          [[ "${line##* }" == *:* ]] && return
          COMPREPLY=($(compgen -W "$(gdws "[suggest:${#line}]" "$line" 2>/dev/null)" -- "$word"))
          [[ ${#COMPREPLY[@]} -eq 1 && "${COMPREPLY[0]}" == *: ]] && compopt -o nospace
          return 0
        }
        complete -o default -F _gdws gdws

        """;

    private const string Zsh = """
        #compdef gdws
        # Completion of gdws for zsh; in ~/.zshrc, after compinit: source <(gdws completion zsh)
        _gdws() {
          local line="${(j: :)words[1,CURRENT]}"
          local -a answers
          if [[ "${words[CURRENT]}" == *:* ]]; then
            compset -P '*:'
            _files
            return
          fi
          answers=(${(f)"$(gdws "[suggest:${#line}]" "$line" 2>/dev/null)"})
          if (( ${#answers} )); then
            compadd -S ' ' -- ${answers:#*:}
            compadd -S '' -- ${(M)answers:#*:}
          fi
          (( ${#answers} )) && [[ "${words[CURRENT]}" == -* ]] || _files
        }
        compdef _gdws gdws

        """;

    private const string Fish = """
        # Completion of gdws for fish; in ~/.config/fish/config.fish: gdws completion fish | source
        function __gdws_suggest
          set -l line (commandline -cp | string collect)
          gdws "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete -c gdws -a '(__gdws_suggest)'

        """;

    private const string PowerShell = """
        # Completion of gdws for PowerShell; in $PROFILE: gdws completion pwsh | Out-String | Invoke-Expression
        Register-ArgumentCompleter -Native -CommandName gdws -ScriptBlock {
          param($wordToComplete, $commandAst, $cursorPosition)
          $line = "$commandAst".PadRight($cursorPosition)
          gdws "[suggest:$cursorPosition]" $line 2>$null |
            Where-Object { $_ -like "$wordToComplete*" } |
            ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
        }

        """;
}
